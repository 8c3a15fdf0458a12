// Comfort only: every page works without this. Profiles stay in this browser; what is computed is posted, never put in an address.
(() => {
  const doc = document, root = doc.documentElement, $ = (q, at = doc) => at.querySelector(q), $$ = (q, at = doc) => [...at.querySelectorAll(q)];
  root.classList.add('js');
  const KEY = 'huice.firms', NOW = 'huice.now';
  const read = (k, d) => { try { return JSON.parse(localStorage[k] || '') } catch { return d } };
  const write = (k, v) => { try { localStorage[k] = JSON.stringify(v) } catch { /* private mode */ } };
  const firms = () => read(KEY, {}), main = () => $('main'), form = () => $('#facts');
  const post = (url, body, part) => fetch(url, { method: 'POST', body, headers: part ? { 'X-Part': 'live' } : {} }).then(r => r.text());
  const parse = html => new DOMParser().parseFromString(html, 'text/html');
  const calc = () => main().dataset.calc;

  const save = () => {
    const yaml = $('#yaml')?.value, name = $('#facts [name=name]')?.value.trim();
    if (!yaml) return;
    write(NOW, { name, yaml });
    if (name) { const all = firms(); all[name] = yaml; write(KEY, all); list() }
  };
  const list = () => {
    const box = $('#saved');
    if (!box) return;
    const all = Object.keys(firms()), now = $('#facts [name=name]').value.trim();
    box.firstElementChild.hidden = all.length > 0;
    box.replaceChildren(box.firstElementChild, ...all.map(n => new Option(n, n, false, n === now)));
    if (!all.includes(now)) box.selectedIndex = 0;
  };
  const swap = html => {
    main().replaceWith(parse(html).querySelector('main'));
    ready();
  };
  const load = (yaml, query = '') => post(calc() + query, new URLSearchParams({ profile: yaml })).then(h => { swap(h); save() });

  let timer, turn = 0;
  const update = () => {
    const mine = ++turn, f = form();
    post(calc(), new URLSearchParams(new FormData(f)), true).then(html => {
      if (mine !== turn) return;
      const got = parse(html), open = $$('#live details').map(d => d.open), top = $('.refused')?.open;
      $('#live').replaceWith($('#live', got));
      if (top) $('.refused')?.setAttribute('open', '');
      const said = $('#strip output'), fresh = $('[data-live=strip] output', got);
      if (said.innerHTML !== fresh.innerHTML) said.innerHTML = fresh.innerHTML;
      $('#strip .to-next').href = $('[data-live=strip] a', got).getAttribute('href');
      for (const line of $('#states').content.textContent.trim().split('\n')) {
        const [name, state] = line.trim().split(' '), q = $(`[data-q="${name}"]`);
        if (q) { q.classList.remove('open', 'idle', 'answered', 'skipped'); q.classList.add(state) }
      }
      for (const p of $$('#stakes p', got)) { const to = $(`[data-q="${p.dataset.for}"] .why .open`); if (to) to.textContent = p.textContent }
      save();
    }).catch(() => { });
  };

  const exclusive = input => {
    const set = $$(`[name="${input.name}"]`, form());
    if (input.type === 'checkbox' && input.name !== 'skip' && input.checked) {
      const lone = v => v === '?' || v === '-';
      for (const o of set) if (o !== input && o.type === 'checkbox' && (lone(input.value) || lone(o.value))) o.checked = false;
    }
    const q = input.closest('.q');
    if (!q) return;
    const typed = $$('input:not([type=checkbox]):not([type=radio]), select', q);
    if (input.checked && (input.name === 'skip' || input.value === '?' || input.value === '-')) typed.forEach(i => { i.value = '' });
    else if (typed.includes(input) && input.value) $$('[type=checkbox]', q).forEach(i => { i.checked = false });
    const kind = input.name.split('.')[0], none = $(`[name="${kind}.any"][value="-"]`);
    if (none?.checked && /\.\d+\./.test(input.name)) $(`[name="${kind}.any"][value=""]`).checked = true;
  };

  const pack = text => btoa(String.fromCharCode(...new TextEncoder().encode(text))).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
  const unpack = text => new TextDecoder().decode(Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), c => c.charCodeAt(0)));
  const link = hash => `${location.origin}${calc()}?v=${encodeURIComponent(main().dataset.version)}&d=${$('#facts [name=as_of]').value}${hash}`;
  const acts = {
    print: () => print(),
    new: () => { localStorage.removeItem(NOW); location.assign(calc()) },
    forget: () => { const all = firms(); delete all[$('#saved').value]; write(KEY, all); acts.new() },
    share: b => tell(b, link('')),
    'share-all': b => tell(b, link('#p=' + pack($('#yaml').value))),
  };
  const tell = (button, url) => {
    const out = $('.said'), done = () => { out.textContent = button.dataset.said };
    navigator.clipboard ? navigator.clipboard.writeText(url).then(done, () => prompt(button.textContent, url)) : prompt(button.textContent, url);
  };

  const go = id => {
    const q = doc.getElementById(id);
    if (!q) return;
    $$('.q.target').forEach(o => o.classList.remove('target'));
    const any = q.closest('.of')?.querySelector('.any [value=""]');
    if (any && q.closest('.block')) any.checked = true;
    q.classList.remove('idle');
    q.classList.add('target');
    q.scrollIntoView({ block: 'center', behavior: 'instant' });
    ($('input:not([type=hidden]), select', q) || q).focus({ preventScroll: true });
  };

  doc.addEventListener('input', e => {
    if (!e.target.closest('#facts') && e.target.form !== form()) return;
    exclusive(e.target);
    clearTimeout(timer);
    timer = setTimeout(update, 250);
  });
  doc.addEventListener('change', e => {
    if (e.target.id === 'saved' && e.target.value) load(firms()[e.target.value]);
    if (e.target.type === 'file' && e.target.form?.id === 'import') take(e.target.files[0]);
  });
  doc.addEventListener('click', e => {
    const button = e.target.closest('[data-act]'), to = e.target.closest('.next .ask a, .to-next, .alert a');
    if (button) acts[button.dataset.act](button);
    if (to && to.hash) { e.preventDefault(); go(decodeURIComponent(to.hash.slice(1))) }
  });
  doc.addEventListener('submit', e => {
    if (e.target.id !== 'facts') return;
    const by = e.submitter;
    if (by && by.hasAttribute('formaction')) return;
    e.preventDefault();
    if (!by?.hasAttribute('data-swap')) return update();
    const at = scrollY, body = new URLSearchParams(new FormData(e.target, by)), kind = by.value.split('.')[0];
    post(calc(), body).then(h => {
      swap(h); scrollTo(0, at);
      const blocks = $$(`[name^="${kind}."]`, form()).map(i => i.closest('.block')).filter(Boolean);
      (by.name === 'add' ? $('input:not([type=hidden])', blocks.at(-1)) : $(`[value="${kind}"][name=add]`))?.focus();
      save();
    });
  });
  const take = file => file?.text().then(load);
  addEventListener('dragover', e => { if ($('#facts')) { e.preventDefault(); doc.body.classList.add('drop') } });
  addEventListener('dragleave', () => doc.body.classList.remove('drop'));
  addEventListener('drop', e => { if ($('#facts')) { e.preventDefault(); doc.body.classList.remove('drop'); take(e.dataTransfer.files[0]) } });
  addEventListener('beforeprint', () => $$('details').forEach(d => { d.open = true }));

  const ready = () => {
    $$('[data-tools]').forEach(t => { t.hidden = false });
    list();
    const now = read(NOW, null), mine = $('[data-mine]'), all = $('[data-mine-all]');
    if (mine && now?.yaml) { mine.hidden = false; $('input', mine).value = now.yaml }
    if (all) for (const [name, yaml] of Object.entries(firms())) {
      const label = doc.createElement('label'), box = doc.createElement('input'), text = doc.createElement('span');
      Object.assign(box, { type: 'checkbox', name: 'profile', value: yaml });
      text.textContent = name; label.className = 'pill'; label.append(box, text);
      all.hidden = false; $('.a', all).append(label);
    }
  };
  ready();
  if (form()) {
    const shared = location.hash.match(/^#p=(.+)/), now = read(NOW, null);
    if (shared) {
      const query = location.search;
      history.replaceState(null, '', location.pathname);
      try { load(unpack(shared[1]), query) } catch { /* a broken link shows the empty form */ }
    } else if ($('.calc.filled')) save();
    else if (now?.yaml && !location.search && location.pathname === calc()) load(now.yaml);
  }
})();
