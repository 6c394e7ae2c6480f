"""How the answers went: after a quiz, and over time by kind and by mistake."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from convcalc.mistakes import BY_NAME
from convcalc.quiz.progress import Answered
from convcalc.quiz.registry import kinds
from convcalc.words import decimal, many, pick

if TYPE_CHECKING:
    from convcalc.quiz.sitting import Sitting

WEEKS = 12
BAR = 16
BLOCKS = "▁▂▃▄▅▆▇█"


def summary(sitting: Sitting, lang: str, saved: bool) -> RenderableType:
    """The points, and the mistakes that were made."""
    asked, done = len(sitting.questions), len(sitting.answered)
    points = decimal(
        f"{sitting.points:g}" if sitting.points == int(sitting.points) else f"{sitting.points:.2f}".rstrip("0"), lang
    )
    lines: list[RenderableType] = [Text()]
    if done < asked:
        lines.append(Text(pick(lang, f"{done} of {asked} questions answered.", f"Đã làm {done}/{asked} câu.")))
    if done:
        lines.append(Text(pick(lang, f"{points} of {done} points", f"{points}/{done} điểm"), style="bold"))
    if sitting.unread:
        lines.append(Text(pick(lang, f"{many(sitting.unread, 'answer')} could not be read.", f"{sitting.unread} câu trả lời không đọc được."), style="yellow"))  # fmt: skip
    made = Counter(one.mistake for _, _, one in sitting.answered if one.mistake)
    for name, count in made.most_common():
        times = "" if count == 1 else f" ({count}×)"
        lines.append(Text(f"  {BY_NAME[name].says(lang)}{times}"))
    if saved and made:
        lines.append(Text(pick(lang, "convcalc quiz review asks these again when they are due.", "convcalc quiz review sẽ hỏi lại khi đến hạn ôn."), style="dim"))  # fmt: skip
    return Group(*lines)


def _week(day: date) -> date:
    return day - timedelta(days=day.weekday())


def as_object(answers: Sequence[Answered]) -> dict[str, Any]:
    """The object that `convcalc quiz stats --json` prints."""
    by_kind, by_mistake, by_week = _grouped(answers)
    return {
        "answers": len(answers),
        "points": sum(one.points for one in answers),
        "kinds": [{"kind": kind, **_numbers(found)} for kind, found in by_kind.items()],
        "mistakes": [
            {"mistake": name, "count": len(found), "kinds": sorted({one.kind for one in found}), "last": found[-1].at.isoformat()}
            for name, found in by_mistake.items()
        ],
        "weeks": [{"week": week.isoformat(), **_numbers(found)} for week, found in by_week.items()],
    }  # fmt: skip


def _numbers(found: Sequence[Answered]) -> dict[str, Any]:
    return {"answers": len(found), "points": sum(one.points for one in found), "last": found[-1].at.isoformat()}


def _grouped(
    answers: Sequence[Answered],
) -> tuple[dict[str, list[Answered]], dict[str, list[Answered]], dict[date, list[Answered]]]:
    by_kind: dict[str, list[Answered]] = defaultdict(list)
    by_mistake: dict[str, list[Answered]] = defaultdict(list)
    by_week: dict[date, list[Answered]] = defaultdict(list)
    for one in answers:
        by_kind[one.kind].append(one)
        by_week[_week(one.at.astimezone().date())].append(one)
        if one.mistake:
            by_mistake[one.mistake].append(one)
    frequent = dict(sorted(by_mistake.items(), key=lambda item: -len(item[1])))
    return dict(by_kind), frequent, dict(sorted(by_week.items()))


def _share(found: Sequence[Answered]) -> float:
    return sum(one.points for one in found) / len(found)


def _weeks(answers: Sequence[Answered]) -> list[date]:
    """The last weeks up to the last answer."""
    last = max(_week(one.at.astimezone().date()) for one in answers)
    return [last - timedelta(weeks=i) for i in range(WEEKS - 1, -1, -1)]


def _shares_by_week(found: Sequence[Answered], weeks: Sequence[date]) -> Text:
    """A block for each week: the higher the more was right; a dot where nothing was asked."""
    made = Text()
    for week in weeks:
        own = [one for one in found if _week(one.at.astimezone().date()) == week]
        made.append("·" if not own else BLOCKS[round(_share(own) * (len(BLOCKS) - 1))], "dim" if not own else "")
    return made


def _counts_by_week(found: Sequence[Answered], weeks: Sequence[date]) -> Text:
    """A block for each week: the higher the more often, beside the worst week; a dot for never."""
    counts = [sum(_week(one.at.astimezone().date()) == week for one in found) for week in weeks]
    most = max([*counts, 1])
    return Text("".join("·" if n == 0 else BLOCKS[max(1, round(n / most * (len(BLOCKS) - 1)))] for n in counts))


def _bar(share: float) -> Text:
    filled = round(share * BAR)
    style = "green" if share >= 0.8 else "yellow" if share >= 0.5 else "red"
    return Text.assemble(("█" * filled, style), ("░" * (BAR - filled), "dim"))


def report(answers: Sequence[Answered], lang: str) -> RenderableType:
    """Tables by kind and by mistake, and a chart of the last weeks."""
    if not answers:
        return Text(pick(lang, "Nothing answered yet: take a quiz first (convcalc quiz).", "Chưa có câu trả lời nào: hãy làm bài trước (convcalc quiz)."))  # fmt: skip
    by_kind, by_mistake, by_week = _grouped(answers)
    known = kinds()
    which = 1 if lang == "vi" else 0

    def table(*heads: str) -> Table:
        made = Table(box=None, pad_edge=False, title_justify="left")
        for i, title in enumerate(heads):
            made.add_column(title, header_style="bold", justify="right" if i == 1 else "left")
        return made

    shown = _weeks(answers)
    topics: dict[str, list[Answered]] = defaultdict(list)
    for kind, found in by_kind.items():
        topics[known[kind].topic if kind in known else kind].extend(found)
    topics_table = table(
        *pick(lang, f"topic,answers,right,,last {WEEKS} weeks", f"chủ đề,số câu,đúng,,{WEEKS} tuần gần đây").split(",")
    )
    for topic, found in sorted(topics.items(), key=lambda item: _share(item[1])):
        topics_table.add_row(
            topic, str(len(found)), f"{_share(found):.0%}", _bar(_share(found)), _shares_by_week(found, shown)
        )
    kinds_table = table(*pick(lang, "kind,answers,right,", "loại,số câu,đúng,").split(","))
    for kind, found in sorted(by_kind.items(), key=lambda item: _share(item[1])):
        title = known[kind].title[which] if kind in known else kind
        kinds_table.add_row(title, str(len(found)), f"{_share(found):.0%}", _bar(_share(found)))
    weeks = table(*pick(lang, "week of,answers,right,", "tuần từ,số câu,đúng,").split(","))
    for week, found in list(by_week.items())[-WEEKS:]:
        day = week.strftime("%d/%m/%Y" if lang == "vi" else "%Y-%m-%d")
        weeks.add_row(day, str(len(found)), f"{_share(found):.0%}", _bar(_share(found)))
    parts: list[RenderableType] = [topics_table, Text(), kinds_table, Text(), weeks]
    if by_mistake:
        mistakes = table(
            *pick(lang, f"mistake,times,last {WEEKS} weeks", f"lỗi sai,số lần,{WEEKS} tuần gần đây").split(",")
        )
        for name, found in by_mistake.items():
            said = BY_NAME[name].says(lang) if name in BY_NAME else name
            mistakes.add_row(said, str(len(found)), _counts_by_week(found, shown))
        parts += [Text(), mistakes]
    return Group(*parts)
