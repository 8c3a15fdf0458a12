"""Who gets how much of a pool: rules of allocation as pure functions over whole numbers.

A claim asks for so many units and the pool holds so many: fen where money is given, pieces where vouchers
are. No rule looks at the position of a claim: the same claims in any order of rows get the same. A tie is
settled by a published rule, by claim id or by a draw, and a draw can be repeated by anyone:

    the ticket of a claim is the SHA-256, in hexadecimal, of the UTF-8 text SEED:CLAIM-ID;
    tickets are served in ascending order.

A rule of one's own is registered with `register`; `allocate` holds every rule to what no rule may break.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import Any, Literal, TypeAlias

import numpy as np
import polars as pl
from msgspec import Struct, structs
from numpy.typing import NDArray

from huice.language.text import Fault, Text, before_more, did_you_mean

Whole: TypeAlias = NDArray[np.int64]
"""Whole numbers, one for each claim."""
Run: TypeAlias = "Callable[[Claims, int, Terms], Whole]"

MOST = 2**62
"""Sums stay below this, so that they fit into 64 bits."""
COLUMNS = frozenset({"at", "time", "score", "tier", "drawn"})
"""The columns of claims that a rule may do without."""
_BUCKETS = 4096
LAST = 2**62
"""The place of a claim whose time, score or tier is not known: behind all that are known."""


class Claims(Struct, frozen=True, eq=False):
    """Claims on a pool, column by column; `Claims.of` makes and checks them.

    `ids` are unique; `asked` units; `time`, `score` and `tier` are places, 1 the first, equal for ties.
    `by_id` is the place of each id in their order as text. `drawn`: places in a draw that has been made;
    without them a draw is made from the seed. `names` and `at` are behind `ids`, which few rules look at.
    """

    names: NDArray[np.object_]
    at: NDArray[np.intp]
    asked: Whole
    time: Whole
    score: Whole
    tier: Whole
    by_id: Whole
    drawn: Whole | None = None

    @staticmethod
    def of(
        ids: Sequence[Any],
        asked: Sequence[int] | pl.Series,
        *,
        time: Sequence[Any] | pl.Series | None = None,
        score: Sequence[Any] | pl.Series | None = None,
        tier: Sequence[Any] | pl.Series | None = None,
    ) -> Claims:
        """Claims from columns: the earlier time, the higher score and the lower tier come first.

        An unknown time, score or tier is last. Raises `Fault` for a repeated id, and for an amount that is
        unknown, negative, no whole number or, in sum, beyond 2^62.
        """
        names = pl.Series("id", [*map(str, ids)], dtype=pl.String)
        amounts = _amounts(names, asked)
        if names.n_unique() < len(names):
            twice = names.filter(names.is_duplicated())[0]
            raise Fault(
                f"申请“{twice}”出现了不止一次；每笔申请要有自己的编号",
                f"claim “{twice}” appears more than once; every claim needs an id of its own",
            )
        by_id = names.rank("ordinal").cast(pl.Int64).to_numpy().astype(np.int64)
        return Claims(
            np.array(names.to_list(), dtype=np.object_),
            np.arange(len(names)),
            amounts,
            _places(time, len(names)),
            _places(score, len(names), descending=True),
            _places(tier, len(names)),
            by_id,
        )

    @property
    def ids(self) -> NDArray[np.object_]:
        """The id of each claim."""
        return self.names[self.at]

    def take(self, rows: NDArray[np.intp]) -> Claims:
        """The claims of these rows."""
        return Claims(
            self.names,
            self.at[rows],
            self.asked[rows],
            self.time[rows],
            self.score[rows],
            self.tier[rows],
            self.by_id[rows],
            None if self.drawn is None else self.drawn[rows],
        )


class Terms(Struct, frozen=True):
    """How a rule is run. `whole`: a claim gets all it asks for or nothing, and smaller ones after it may fit.

    `quota`: at most so many claims are granted. `seed`: for draws. `ties`: by claim `id` or by `draw`.
    `within`: the rule inside a tier, for tiered priority.
    """

    seed: str = ""
    whole: bool = False
    quota: int | None = None
    ties: Literal["id", "draw"] = "id"
    within: str = "first-come"


class Choice(Struct, frozen=True):
    """A rule and its terms."""

    rule: str = "first-come"
    terms: Terms = Terms()


class Rule(Struct, frozen=True):
    """A rule of allocation: its name, what it is called, how it works, and the function that runs it.

    `timed`: claims are decided as they come, so that a pool is used up on a day; else all at once, when all
    have come. `reads`: the columns of the claims that it looks at beside `asked` and `by_id`.
    """

    name: str
    title: Text
    says: Text
    run: Run
    timed: bool = False
    reads: frozenset[str] = COLUMNS


RULES: dict[str, Rule] = {}


def register(rule: Rule) -> Rule:
    """Adds a rule under its name, which then is known to `allocate` and to the command line."""
    RULES[rule.name] = rule
    return rule


def find_rule(name: str) -> Rule:
    """The rule of this name. Raises `Fault` with the nearest one."""
    if name in RULES:
        return RULES[name]
    more, known = before_more(did_you_mean(name, RULES)), list(RULES)
    raise Fault(
        f"没有分配规则“{name}”{more.zh}可选 {'、'.join(known)}",
        f"there is no allocation rule “{name}”{more.en} the rules are {', '.join(known)}",
    )


def reads(choice: Choice) -> frozenset[str]:
    """The columns of `COLUMNS` that a choice looks at."""
    rule, terms = find_rule(choice.rule), choice.terms
    found = rule.reads | (find_rule(terms.within).reads if rule.name == "priority" else frozenset())
    return found | {"drawn"} if terms.ties == "draw" else found


def allocate(
    claims: Claims, pool: int, rule: str | Rule = "first-come", terms: Terms | None = None
) -> Whole:
    """What each claim gets of a pool of so many units.

    Raises `Fault` where the rule lacks what it needs, and where a rule gives out what it may not: more than
    the pool, more than a claim asks for, less than nothing, or more grants than the quota allows.
    """
    rule, terms = find_rule(rule) if isinstance(rule, str) else rule, terms or Terms()
    if pool < 0 or pool > MOST or (terms.quota is not None and terms.quota < 0):
        raise Fault(
            f"资金池与名额应是 0 到 2^62 之间的整数，写的是 {pool}、{terms.quota}",
            f"pool and quota are whole numbers from 0 to 2^62, not {pool} and {terms.quota}",
        )
    granted = np.asarray(rule.run(claims, pool, terms), dtype=np.int64)
    broken = (
        granted.shape != claims.asked.shape
        or bool((granted < 0).any())
        or bool((granted > claims.asked).any())
        or int(granted.sum()) > pool
        or (terms.quota is not None and int((granted > 0).sum()) > terms.quota)
        or (terms.whole and bool(((granted > 0) & (granted < claims.asked)).any()))
    )
    if broken:
        raise Fault(
            f"分配规则“{rule.name}”的结果不成立：超出资金池、申请额或名额；请改正这条规则",
            f"the rule “{rule.name}” gives more than pool, claim or quota allow; please mend the rule",
        )
    return granted


def ticket(seed: str, claim: str) -> str:
    """The ticket of a claim in a draw: the SHA-256 of `SEED:CLAIM`, as 64 hexadecimal digits."""
    return hashlib.sha256(f"{seed}:{claim}".encode()).hexdigest()


def _amounts(names: pl.Series, asked: Sequence[int] | pl.Series) -> Whole:
    """The amounts as whole numbers. Raises `Fault` for the first that is none, and for too large a sum."""
    if isinstance(asked, pl.Series) and asked.dtype == pl.Int64:
        bad = (asked.is_null() | (asked < 0)).arg_true().to_list()[:1]
        total = int(asked.cast(pl.Int128).sum())
    else:
        bad = [row for row, each in enumerate(asked) if type(each) is not int or each < 0][:1]
        total = 0 if bad else sum(asked)
    if bad:
        name, amount = names[bad[0]], asked[bad[0]]
        raise Fault(
            f"申请“{name}”的申请额应是不小于 0 的整数（分或张），写的是 {amount}",
            f"claim “{name}” must ask for a whole number (fen or pieces), 0 or more, not {amount}",
        )
    if total > MOST:
        raise Fault(
            "申请额合计超出 64 位整数所能精确表示的范围；请核对单位是不是分",
            "the claims add up to more than 64 bits hold exactly; check that the unit is the fen",
        )
    return np.array(asked.to_list() if isinstance(asked, pl.Series) else asked, dtype=np.int64)


def _places(
    column: Sequence[Any] | pl.Series | None, count: int, *, descending: bool = False
) -> Whole:
    """The place of each value, 1 the first; equal values share a place, unknown ones come last."""
    if column is None:
        return np.full(count, LAST, dtype=np.int64)
    series = pl.Series("", column, strict=False)
    if series.dtype.is_float():
        series = series.fill_nan(None)
    ranks = series.rank("dense", descending=descending).cast(pl.Int64).fill_null(LAST)
    return ranks.to_numpy().astype(np.int64)


def _draw(claims: Claims, seed: str) -> Whole:
    """The place of each claim in a draw."""
    if claims.drawn is not None:
        return claims.drawn
    if not seed:
        raise Fault(
            "抽签要有种子（--seed），公布后任何人都能重算",
            "a draw needs a seed (--seed), which is published so that anyone can repeat the draw",
        )
    tickets = [ticket(seed, claim) for claim in claims.ids]
    places = np.empty(len(tickets), dtype=np.int64)
    places[sorted(range(len(tickets)), key=tickets.__getitem__)] = np.arange(len(tickets))
    return places


def _serve(claims: Claims, pool: int, terms: Terms, *keys: Whole) -> Whole:
    """Claims served one after another, ordered by the keys, ties as the terms say."""
    tie = _draw(claims, terms.seed) if terms.ties == "draw" else claims.by_id
    if terms.quota is None and int(claims.asked.sum()) <= pool:
        return claims.asked.copy()
    if terms.quota is None and not terms.whole:
        return _served(claims.asked, pool, tie, *keys)
    order = np.lexsort((tie, *reversed(keys)))
    order = order[claims.asked[order] > 0]
    asked = claims.asked[order]
    granted = np.zeros_like(claims.asked)
    if terms.whole:
        granted[order] = _whole(asked, pool, terms.quota)
        return granted
    asked = asked[: terms.quota]
    granted[order[: len(asked)]] = _in_turn(asked, pool)
    return granted


def _served(asked: Whole, pool: int, tie: Whole, *keys: Whole) -> Whole:
    """Claims in the order of the keys until a pool that is less than their sum is empty.

    They are put into buckets by the first key: only the bucket in which the pool ends has to be sorted.
    """
    first = keys[0] - keys[0].min()
    bucket = first // (int(first.max()) // _BUCKETS + 1)
    sums = np.zeros(_BUCKETS + 1, dtype=np.int64)
    np.add.at(sums, bucket, asked)
    until = np.cumsum(sums)
    last = int(np.searchsorted(until, pool))
    granted = np.where(bucket < last, asked, 0)
    inside = np.flatnonzero(bucket == last)
    order = inside[np.lexsort((tie[inside], *(key[inside] for key in reversed(keys))))]
    granted[order] = _in_turn(asked[order], pool - int(until[last] - sums[last]))
    return granted


def _in_turn(asked: Whole, pool: int) -> Whole:
    """Claims in this order until the pool is empty; the last gets what is left."""
    return np.asarray(np.clip(pool - (np.cumsum(asked) - asked), 0, asked), dtype=np.int64)


def _whole(asked: Whole, pool: int, quota: int | None) -> Whole:
    """All or nothing: a claim that does not fit into what is left is passed over."""
    granted = np.zeros_like(asked)
    left, given = pool, 0
    for row, amount in enumerate(asked.tolist()):
        if given == quota:
            break
        if amount <= left:
            granted[row] = amount
            left -= amount
            given += 1
    return granted


def _first_come(claims: Claims, pool: int, terms: Terms) -> Whole:
    return _serve(claims, pool, terms, claims.time)


def _ranked(claims: Claims, pool: int, terms: Terms) -> Whole:
    return _serve(claims, pool, terms, claims.score)


def _lottery(claims: Claims, pool: int, terms: Terms) -> Whole:
    return _serve(claims, pool, terms, _draw(claims, terms.seed))


def _pro_rata(claims: Claims, pool: int, terms: Terms) -> Whole:
    """Shares in proportion, cut to units; the units left go to the largest remainders, one each."""
    if terms.whole or terms.quota is not None:
        raise Fault(
            "按比例分配人人都有份，不能与“全额或不给”“限定名额”同用；请改用排序、先到先得或抽签",
            "pro rata gives everyone a share, so it cannot go with all-or-nothing claims or a quota; "
            "use ranked, first-come or lottery",
        )
    total = int(claims.asked.sum())
    if total <= pool:
        return claims.asked.copy()
    granted, rest = _shares(claims.asked, pool, total)
    left = pool - int(granted.sum())
    tie = _draw(claims, terms.seed) if terms.ties == "draw" else claims.by_id
    if left:
        least = np.partition(rest, rest.size - left)[rest.size - left]
        granted[rest > least] += 1
        same = np.flatnonzero(rest == least)
        granted[same[np.argsort(tie[same])][: left - int((rest > least).sum())]] += 1
    return np.asarray(granted, dtype=np.int64)


def _shares(asked: Whole, pool: int, total: int) -> tuple[Whole, Whole]:
    """Units and remainders of `asked` times `pool` over `total`; products beyond 64 bits take 128."""
    if int(asked.max(initial=0)) * pool < MOST:
        product = asked * pool
        units = product // total
        return units, product - units * total
    product_ = pl.col("asked").cast(pl.Int128) * pl.lit(pool, pl.Int128)
    whole = pl.lit(total, pl.Int128)
    shares = pl.DataFrame({"asked": asked}).select(
        units=(product_ // whole).cast(pl.Int64), rest=(product_ % whole).cast(pl.Int64)
    )
    return shares["units"].to_numpy().copy(), shares["rest"].to_numpy()


def _priority(claims: Claims, pool: int, terms: Terms) -> Whole:
    """Tier after tier: each is served from what the tiers before it left."""
    inner = find_rule(terms.within)
    if inner.name == "priority":
        raise Fault(
            "层内规则不能又是分层优先；请写 first-come、pro-rata、ranked 或 lottery",
            "the rule within a tier cannot be tiered again; use first-come, pro-rata, ranked or lottery",
        )
    granted = np.zeros_like(claims.asked)
    quota = terms.quota
    for tier in np.unique(claims.tier):
        rows = np.flatnonzero(claims.tier == tier)
        part = allocate(claims.take(rows), pool, inner, structs.replace(terms, quota=quota))
        granted[rows] = part
        pool -= sum(part.tolist())
        quota = None if quota is None else quota - int((part > 0).sum())
    return granted


register(Rule(
    "first-come", Text("先到先得", "first come, first served"),
    Text("按申请时间先后，同时的按申请编号；用完为止，压线的一笔给剩余部分",
         "by time of application, ties by claim id, until the pool is empty; the last claim gets what is left"),
    _first_come,
    timed=True,
    reads=frozenset({"time"}),
))  # fmt: skip
register(Rule(
    "pro-rata", Text("按比例", "pro rata"),
    Text("超出资金池时各笔同比例压缩，余下的分数按最大余数各给 1 分",
         "if claims exceed the pool, all are cut in proportion; the units left go to the largest remainders"),
    _pro_rata,
    reads=frozenset(),
))  # fmt: skip
register(Rule(
    "ranked", Text("按评分", "ranked by score"),
    Text("按评分从高到低，同分的按申请编号", "by score from the highest, ties by claim id"),
    _ranked,
    reads=frozenset({"score"}),
))  # fmt: skip
register(Rule(
    "priority", Text("分层优先", "tiered priority"),
    Text("第一层满足后余额给下一层，层内另用一条规则",
         "each tier is served from what the tiers before it left, by another rule within the tier"),
    _priority,
    reads=frozenset({"tier"}),
))  # fmt: skip
register(Rule(
    "lottery", Text("抽签", "lottery"),
    Text("按“种子:申请编号”的 SHA-256 从小到大，任何人可重算",
         "in ascending order of the SHA-256 of SEED:CLAIM-ID, which anyone can repeat"),
    _lottery,
    reads=frozenset({"drawn"}),
))  # fmt: skip
