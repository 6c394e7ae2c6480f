"""convcalc verify: which numbers of a slide deck are wrong, and why."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from convcalc.cli.options import HELP, Device, DeviceOption, JsonOption, LangOption, dump, language, read_text
from convcalc.errors import ConvcalcError
from convcalc.words import pick, say

if TYPE_CHECKING:
    from convcalc.verify import Sheet, Verdict


class Only(StrEnum):
    """Which verdicts are shown."""

    wrong = "wrong"
    right = "right"
    unclear = "unclear"


def verify(
    files: Annotated[list[str] | None, typer.Argument(help=pick(HELP, "Sheets of claims (TOML); - for standard input.", "Các sheet (file TOML); - để đọc từ stdin."), show_default=False)] = None,
    only: Annotated[Only | None, typer.Option("--only", help=pick(HELP, "Show only these claims.", "Chỉ hiện các khẳng định loại này."), show_default=False)] = None,
    json: JsonOption = False,
    html: Annotated[str | None, typer.Option("--html", metavar="FILE", help=pick(HELP, "Write a page to send to the author.", "Ghi một trang HTML để gửi cho tác giả."), show_default=False)] = None,
    markdown: Annotated[str | None, typer.Option("--markdown", metavar="FILE", help=pick(HELP, "Write a table of what is wrong.", "Ghi bảng các chỗ sai."), show_default=False)] = None,
    new: Annotated[str | None, typer.Option("--new", metavar="FILE", help=pick(HELP, "Write a commented starter for a deck of your own.", "Tạo file mẫu có chú thích cho bộ slide của bạn."), show_default=False)] = None,
    check: Annotated[bool, typer.Option("--check", help=pick(HELP, "Confirm what is right with torch as well.", "Đối chiếu thêm với torch."))] = False,
    device: DeviceOption = Device.auto,
    lang: LangOption = None,
) -> int:  # fmt: skip
    """Check the claims of slide decks; 1 if any is wrong."""
    speech = language(lang)
    if new is not None:
        return _starter(new, speech)
    if not files:
        raise ConvcalcError(
            "bad_option", command="convcalc verify", problem="name a sheet of claims, or --new FILE to begin one",
            problem_vi="cần tên một sheet, hoặc --new FILE để tạo mới",
        )  # fmt: skip
    from convcalc.verify import judge_sheet, read_sheet
    from convcalc.verify.judge import counts

    sheets: list[Sheet] = []
    for path in files:
        sheet = read_sheet(Path(path).name, read_text(path))
        if not sheet.claims:
            raise ConvcalcError("no_claims", path=path)
        sheets.append(sheet)
    judged: list[tuple[Sheet, list[Verdict]]] = [(sheet, judge_sheet(sheet)) for sheet in sheets]
    everything = [verdict for _, verdicts in judged for verdict in verdicts]
    confirmed = _confirm(everything, device.value) if check else 0
    if html is not None:
        from convcalc.files import write_text
        from convcalc.verify.page import page

        write_text(html, page(judged, speech))
    if markdown is not None:
        from convcalc.files import write_text
        from convcalc.verify.errata import errata

        write_text(markdown, errata(judged, speech))
    shown = [(sheet, [v for v in verdicts if only is None or v.verdict == only.value]) for sheet, verdicts in judged]
    if json:
        from convcalc.results import verdict_object

        claims = [verdict_object(v, speech) for _, verdicts in shown for v in verdicts]
        print(dump({"claims": claims, "summary": counts(everything)}))
    else:
        from convcalc.render import console
        from convcalc.verify.report import report

        out = console()
        out.print(report(shown, counts(everything), speech, filtered=only is not None))
        if check:
            out.print(say("verify.confirmed", speech, count=confirmed, total=len(everything)))
    return 1 if any(v.verdict == "wrong" for v in everything) else 0


verify.__doc__ = pick(HELP, verify.__doc__ or "", "Kiểm tra các con số trên slide; mã thoát 1 nếu có chỗ sai.")


def _starter(path: str, lang: str) -> int:
    from convcalc.files import write_text
    from convcalc.verify.starter import STARTER

    write_text(path, STARTER[lang], overwrite=False)
    from convcalc.render import console

    console().print(say("sheet_made", lang, path=path))
    return 0


def _confirm(verdicts: list[Verdict], device: str) -> int:
    try:
        from convcalc.torchside.confirm import confirm
    except ImportError as error:
        raise ConvcalcError("no_torch", reason=str(error)) from None
    return sum(confirm(verdict, device) for verdict in verdicts)
