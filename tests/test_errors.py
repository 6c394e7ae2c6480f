"""Every kind of error: the bad input that raises it, its sentence in both languages, its place and its exit code."""

import string
from collections.abc import Callable

import pytest

import convcalc as cc
from convcalc.messages import KINDS
from convcalc.tracing import trace

# (kind, spec, input, the text that is marked or None, a part of the English message, a part of the Vietnamese one)
CASES = [
    ("empty_spec", "", "1,2,2", None, "empty", "rỗng"),
    ("empty_spec", "  # only a remark", "1,2,2", None, "empty", "rỗng"),
    ("spec_too_long", "relu > " * 150_000 + "relu", "1", None, "1050004 characters", "1050004 ký tự"),
    ("too_deep", "(" * 10_000 + "relu" + ")" * 10_000, "1", "(", "100 deep", "100 tầng"),
    ("too_deep", "residual(" * 10_000, "1", None, "100 deep", "100 tầng"),
    ("too_deep", "nn.Linear(" + "(" * 10_000, "1", "(", "100 deep", "100 tầng"),
    ("too_many_layers", "100000 * (100 * (relu))", "1", None, "10000000 layers", "10000000 layer"),
    ("bad_character", "conv 3×3", "1,9,9", "×", "'×'", "'×'"),
    ("bad_character", "conv 3x3 > rélu", "1,9,9", "é", "'é'", "'é'"),
    ("bad_character", "relu \x00", "1,9,9", "\x00", "U+0000", "U+0000"),
    ("bad_character", "tích chập", "1,9,9", "í", "'í'", "'í'"),
    ("unexpected", "relu >", "1", None, "found the end", "hết spec"),
    ("unexpected", "(relu", "1", None, "')'", "')'"),
    ("unexpected", "relu )", "1", ")", "found ')'", "gặp ')'"),
    ("too_many_branches", "residual(relu | relu | relu)", "1", "residual(relu | relu | relu)", "3 branches", "3 nhánh"),
    ("unknown_layer", "conv 6@5x5 > avgpol 2", "1,9,9", "avgpol", "'avgpol'", "'avgpol'"),
    ("unknown_layer", "nn.Conv4d(1, 2, 3)", "1,9,9", "nn.Conv4d", "'Conv4d'", "'Conv4d'"),
    ("unknown_layer", "graph(a: relu; b: sub < a, a)", "1,9,9", "sub", "'sub'", "'sub'"),
    ("unknown_token", "conv 3x3 q2", "1,9,9", "q2", "'q2'", "'q2'"),
    ("unknown_token", "conv 3x3 s2x", "1,9,9", "s2x", "'s2x'", "'s2x'"),
    ("unknown_token", "relu 3", "1,9,9", "3", "'3'", "'3'"),
    ("unknown_token", "conv 3x3 strid=2", "1,9,9", "strid", "'strid'", "'strid'"),
    ("token_twice", "conv 3x3 s2 s1", "1,9,9", "s1", "stride twice", "stride hai lần"),
    ("token_twice", "conv 3x3 5x5", "1,9,9", "5x5", "kernel_size twice", "kernel_size hai lần"),
    ("missing_value", "conv s2", "1,9,9", "conv s2", "needs kernel_size", "cần kernel_size"),
    ("missing_value", "linear", "9", "linear", "needs out_features", "cần out_features"),
    ("missing_value", "upsample", "1,9,9", "upsample", "scale_factor", "scale_factor"),
    ("bad_value", "conv 0x3", "1,9,9", "0x3", "at least 1", "từ 1 trở lên"),
    ("bad_value", "conv 3x3 s0", "1,9,9", "s0", "at least 1", "từ 1 trở lên"),
    ("bad_value", "0 * (relu)", "1", "0 * (relu)", "1 to", "từ 1 đến"),
    ("times_in_letters", "relu > N * (conv 3x3)", "1,9,9", "N * (conv 3x3)", "how many times", "bao nhiêu lần"),
    ("bad_value", "dropout 1.5", "9", "1.5", "from 0 to 1", "từ 0 đến 1"),
    ("bad_value", "conv 3x3 padding_mode=mirror", "1,9,9", "padding_mode=mirror", "one of zeros", "một trong zeros"),
    ("number_too_large", "conv 99999999999@3x3", "1,9,9", "99999999999", "99999999999", "99999999999"),
    ("number_too_large", "conv 3x3 s" + "9" * 5000, "1,9,9", None, "999999999999999…", "999999999999999…"),
    ("not_supported", "nn.MaxPool2d(2, return_indices=True)", "1,9,9", "return_indices=True", "return_indices", "return_indices"),
    ("unknown_node", "graph(a: relu < z)", "1,9,9", "graph(a: relu < z)", "'z'", "'z'"),
    ("bad_shape", "relu", "1,0,9", None, "'1,0,9'", "'1,0,9'"),
    ("bad_shape", "relu", "1,-2,9", None, "'1,-2,9'", "'1,-2,9'"),
    ("bad_shape", "relu", "1,,9", None, "'1,,9'", "'1,,9'"),
    ("bad_shape", "relu", "", None, "''", "''"),
    ("bad_shape", "relu", "1;28", None, "'1;28'", "'1;28'"),
    ("wrong_axes", "conv 3x3", "9", "conv 3x3", "(9,)", "(9,)"),
    ("wrong_axes", "bn 2d", "3,9", "bn 2d", "(3, 9)", "(3, 9)"),
    ("no_such_axis", "softmax dim=4", "3,9", "softmax dim=4", "(3, 9)", "(3, 9)"),
    ("axes_mismatch", "conv 3x3", "1,9", "conv 3x3", "2 values", "2 giá trị"),
    ("window_too_large", "conv 3x3 > relu > conv 9x9", "1,9,9", "conv 9x9", "kernel 9×9 is larger than the input 7×7", "9×9 lớn hơn input 7×7"),
    ("window_too_large", "maxpool 4", "1,3,3", "maxpool 4", "4×4", "4×4"),
    ("window_too_large", "conv 3x3 d4", "1,8,8", "conv 3x3 d4", "9×9", "9×9"),
    ("channel_mismatch", "conv 32@3x3 > conv 8@3x3 in_channels=1", "1,9,9", "conv 8@3x3 in_channels=1", "takes 1 channel, but its input (32, 7, 7) has 32", "nhận 1 channel, nhưng input (32, 7, 7) có 32"),
    ("channel_mismatch", "flatten > nn.Linear(100, 10)", "1,9,9", "nn.Linear(100, 10)", "takes 100 features", "nhận 100 feature"),
    ("groups_do_not_divide", "conv 4@3x3 g3", "4,9,9", "conv 4@3x3 g3", "groups 3 does not divide the 4", "groups 3 không chia hết 4"),
    ("same_with_stride", "conv 3x3 same s2", "1,9,9", "conv 3x3 same s2", "stride 2×2", "stride 2×2"),
    ("padding_over_half", "maxpool 3 p2", "1,9,9", "maxpool 3 p2", "padding 2 is more than half of the kernel 3", "padding 2 lớn hơn một nửa kernel 3"),
    ("output_padding_too_large", "convt 3x3 s2 op2", "1,9,9", "convt 3x3 s2 op2", "output_padding 2", "output_padding 2"),
    ("empty_output", "convt 3x3 p5", "1,3,3", "convt 3x3 p5", "no cells", "không còn ô"),
    ("nothing_left", "pad sides=-2x-2x0x0", "1,3,3", "pad sides=-2x-2x0x0", "leaves nothing", "không để lại gì"),
    ("padding_wraps", "conv 3x3 p4 reflect", "1,4,4", "conv 3x3 p4 reflect", "at least 5", "ít nhất 5"),
    ("one_value", "in", "3,1,1", "in", "1×1", "1×1"),
    ("over_batch", "softmax dim=0", "3,9", "softmax dim=0", "batch axis", "trục batch"),
    ("not_indices", "relu > embedding 10 4", "7", "embedding 10 4", "output of another layer", "output của layer khác"),
    ("index_too_large", "embedding 10 4 padding_idx=10", "7", "embedding 10 4 padding_idx=10", "0 to 9", "0 đến 9"),
    ("branches_differ", "residual(conv 8@3x3)", "8,9,9", "residual(conv 8@3x3)", "(8, 7, 7), (8, 9, 9)", "(8, 7, 7), (8, 9, 9)"),
    ("branches_differ", "concat(relu | maxpool 2)", "8,9,9", "concat(relu | maxpool 2)", "(8, 9, 9), (8, 4, 4)", "(8, 9, 9), (8, 4, 4)"),
    ("tensor_too_large", "100 * (upsample 1000)", "1,9,9", None, "2^63", "2^63"),
    ("formula_too_large", "conv (" + "K*" * 200 + "3)@3", "1,9,9", None, "50 factors", "50 thừa số"),
    ("no_such_axis", "transpose", "9", "transpose", "no axis 2", "không có trục 2"),
    ("no_such_axis", "flatten start_dim=3", "3,9", "flatten start_dim=3", "no axis 3…-1", "không có trục 3…-1"),
    ("other_dims", "nn.InstanceNorm1d(3)", "3,8,8", "nn.InstanceNorm1d(3)", "takes (C, L)", "nhận (C, L)"),
    ("other_last_sizes", "ln 4x4", "3,8,8", "ln 4x4", "(4, 4)", "(4, 4)"),
    ("other_last_sizes", "ln 4x4x4x4", "3,8,8", "ln 4x4x4x4", "(4, 4, 4, 4)", "(4, 4, 4, 4)"),
    ("wrong_axes", "nn.Upsample(scale_factor=2, mode='bilinear')", "3,8", "nn.Upsample(scale_factor=2, mode='bilinear')", "takes (C, H, W)", "nhận (C, H, W)"),
    ("missing_number", "conv 3x3 s", "3,8,8", "s", "stride needs a number", "stride cần một con số"),
    ("node_twice", "graph(a: relu; a: relu)", "3,8,8", "graph(a: relu; a: relu)", "'a'", "'a'"),
    ("bad_character", "conv ٣x3", "3,8,8", "٣", "'٣'", "'٣'"),
    ("other_total", "reshape 3x4", "2,7", "reshape 3x4", "asks for 12 values", "cần 12 giá trị"),
    ("not_one", "squeeze dim=1", "3,4", "squeeze dim=1", "has 3", "bằng 3"),
    ("no_such_axis", "permute 1x2", "3,4,5", "permute 1x2", "no axis 1×2", "không có trục 1×2"),
    ("unknown_node", "graph(a: relu; b: =c < a)", "3", "graph(a: relu; b: =c < a)", "'c'", "'c'"),
    ("not_a_number_of", "vgg16 clases=3", "3,224,224", "clases=3", "no number 'clases=3'", "không có tham số 'clases=3'"),
    ("bad_value", "vgg16 classes=0", "3,224,224", "classes=0", "at least 1", "từ 1 trở lên"),
    ("bad_size", "conv 3x3 s(2-K*3)", "1,9,9", "conv 3x3 s(2-K*3)", "stride is 2 - 3*K", "stride là 2 - 3*K"),
    ("inexact_scale", "upsample 0.3", "1,M,N", "upsample 0.3", "0.3", "0.3"),
]  # fmt: skip

ELSEWHERE = {  # kinds that no spec and input can show, with where they are tested
    "missing_input", "no_file", "not_text", "bad_option", "bad_batch_line", "no_output", "no_access", "internal",  # test_cli.py
    "no_torch", "no_device", "torch_needed",  # test_check.py
    "letters_left", "not_a_spec",  # test_tracing.py
    "not_a_number", "no_numbers", "ragged", "too_many_axes", "too_many_numbers", "bad_json", "bad_npy", "missing_data",
    "missing_kernel", "kernel_not_used", "two_kernels", "kernel_shape", "bias_count", "needs_numbers", "no_rule",
    "too_many_macs", "pool_of_padding", "no_such_cell", "mixed_commas", "bias_not_used",  # test_compute.py
    "unknown_family",  # test_models.py
    "bad_toml", "sheet_unknown_key", "sheet_bad_value", "sheet_bad_amount", "sheet_missing_key", "sheet_one_kind",
    "sheet_not_worked", "no_claims", "exists", "cannot_write", "torch_differs", "bad_formula",  # test_verify.py
    "output_axes", "no_goal", "not_findable", "which_layer", "no_linear", "nothing_free", "too_many_unknowns", "too_many_marks",
    "field_unknown", "same_in_letters", "mark_in_code",  # test_solve.py
    "picture_format", "picture_letters", "steps_one_window", "steps_too_large", "gif_of_steps", "data_other_shape", "picture_input", "picture_title", "field_axes", "steps_too_many",  # test_figures.py
    "only_measured", "trace_failed", "trace_letters", "not_a_module",  # test_from_torch.py
    "source_syntax", "source_too_long", "source_nothing", "source_no_class", "source_needs", "source_unreadable", "source_python",
    "source_channels", "source_layer", "source_mistake", "source_flatten", "source_branches", "no_such_argument", "code_failed",  # test_source.py
    "unknown_kind", "unknown_topic", "unknown_level", "other_version", "bad_question_id", "no_question", "unreadable_answer", "out_of_range",  # test_quiz.py
    "progress_newer", "progress_damaged", "progress_unwritable",  # test_quiz_progress.py
    "answers_unkept",  # test_quiz_taking.py
    "no_such_data", "data_not_found", "no_download", "data_broken", "data_magic", "data_truncated", "data_counts", "data_labels", "data_line", "data_file_missing", "data_no_classes", "data_no_train", "data_class_empty", "data_part_empty", "data_pictures", "data_unknown_class", "data_no_words", "data_unknown_words", "data_not_square", "data_no_rows", "data_sizes", "data_empty", "data_altered", "data_other_set", "data_incomplete", "data_unread",  # training/test_arrays.py, test_reviews.py, test_folders.py, test_downloads.py
    "resume_alone", "init_itself", "processes_unclear", "resume_settings", "no_data_folder", "freeze_alone", "bad_picture", "bad_text", "cannot_compile", "png_only", "bad_run_name",  # training/test_sessions.py, test_recipes.py, test_resuming.py, test_reports.py, test_processes.py
    "processes_differ", "process_gone",  # training/test_processes.py
    "processes_apart", "processes_network",  # training/test_machines.py
    "no_cache", "cache_unwritable", "cache_full", "no_home", "no_memory", "no_temporary",  # training/test_elsewhere.py, test_folders.py, test_process.py
    "unknown_recipe", "recipe_needed", "data_needed", "other_data", "too_few_classes", "no_words", "no_run", "run_other", "run_busy", "run_broken", "run_part_broken", "run_unwritable", "run_unfinished", "run_no_epoch", "no_runs_folder", "run_newer", "loss_not_finite", "out_of_memory", "other_network", "no_classes", "freeze_untrained", "no_curves",  # training/test_sessions.py, test_resuming.py, test_reports.py, test_kept.py
    "bad_paper", "paper_empty", "paper_too_long", "paper_one_of", "paper_question", "bad_key", "bad_key_entry", "table_empty",
    "table_column_missing", "table_columns_twice", "table_ragged", "table_broken", "table_encoding", "no_encoding", "bad_student_id",
    "paper_language", "same_file", "student_twice", "unknown_student", "unknown_question", "answered_twice", "one_roster",  # test_quiz_papers.py
}  # fmt: skip


def caught(spec: str, x: str) -> cc.ConvcalcError:
    with pytest.raises(cc.ConvcalcError) as found:
        trace(cc.parse(spec), x)
    return found.value


@pytest.mark.parametrize(("kind", "spec", "x", "place", "en", "vi"), CASES, ids=[f"{c[0]}-{c[1][:24]}" for c in CASES])
def test_error(kind: str, spec: str, x: str, place: str | None, en: str, vi: str) -> None:
    error = caught(spec, x)
    assert error.kind == kind
    assert error.exit_code == 2
    assert en in error.message("en")
    assert vi in error.message("vi")


@pytest.mark.parametrize(("kind", "spec", "x", "place", "en", "vi"), CASES, ids=[f"{c[0]}-{c[1][:24]}" for c in CASES])
def test_the_command_marks_the_place(
    convcalc: Callable[..., object], kind: str, spec: str, x: str, place: str | None, en: str, vi: str
) -> None:
    ran = convcalc("shape", "--input", x, "--lang", "vi", "--", spec)
    assert ran.code == 2  # type: ignore[attr-defined]
    assert ran.err.startswith("Lỗi: ")  # type: ignore[attr-defined]
    assert "Traceback" not in ran.err  # type: ignore[attr-defined]
    assert len(ran.err) < 2000  # type: ignore[attr-defined]
    if place is not None:
        lines = ran.err.splitlines()  # type: ignore[attr-defined]
        at = next(i for i, line in enumerate(lines) if line.strip() and set(line.strip()) == {"^"})
        start, length = lines[at].index("^"), lines[at].count("^")
        marked = lines[at - 1][start : start + length]
        # Long places are cut at the width; what cannot be shown stands as �.
        assert marked
        assert place.startswith(marked.rstrip("…")) or marked == "�"
        assert length == len(place) or start + length >= 70


def test_every_kind_has_a_case() -> None:
    assert {case[0] for case in CASES} | ELSEWHERE == set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_both_languages_name_the_same_values(kind: str) -> None:
    def names(text: str) -> set[str]:
        return {name.removesuffix("_vi") for _, name, _, _ in string.Formatter().parse(text) if name}

    said = KINDS[kind]
    assert names(said.en) == names(said.vi)
    assert names(said.hint_en) == names(said.hint_vi)
    assert said.en != said.vi or said.en.startswith("{")
    assert bool(said.hint_en) == bool(said.hint_vi)


def test_the_layer_is_named_and_counted_in_a_nested_network() -> None:
    error = caught("relu > 2 * (residual(conv 3x3 p1) > relu) > conv 9x9", "1,5,5")
    assert error.layer == 8
    assert error.message().startswith("layer 8 (conv): the kernel 9×9")


def test_an_error_says_what_would_be_right() -> None:
    assert caught("conv 6@5x5 > avgpol 2", "1,9,9").hint() == "Did you mean avgpool?"
    assert caught("conv 6@5x5 > avgpol 2", "1,9,9").hint("vi") == "Có phải ý là avgpool?"
    assert str(caught("conv 5x5 same s2", "1,9,9").hint()).startswith("Write p2")
    assert str(caught("conv 4x4 same s2", "1,9,9").hint()).startswith("Write the padding as a number")
    assert caught("conv 9x9", "1,5,5").hint() == "Use padding ≥ 2 or a kernel ≤ 5."
    assert caught("conv 9x9", "1,5,5").hint("vi") == "Thêm padding ≥ 2 hoặc dùng kernel ≤ 5."
    assert caught("maxpool 4 p1", "1,1,1").hint() == "Use padding ≥ 2 or a kernel ≤ 3."
    assert caught("conv 9x9", "1,1,2").hint() == "Use padding ≥ 4 or a kernel ≤ 1."
    assert str(caught("conv 3×3", "1,9,9").hint()).startswith("Write x. ")
    assert caught("nn.Conv2d(1, 2, 3)", "32,9,9").hint() == "The number should have been 32."


def test_a_huge_text_is_refused_at_once() -> None:
    error = caught("x" * 10_000_000, "1")
    assert error.kind == "spec_too_long"
