"""The typical wrong ways to work a layer out, as data: a name, a sentence in both languages, and the wrong formula.

`verify` looks for the one behind a wrong number, the quiz makes its wrong choices of them, and grading names the one behind a wrong
answer. A mistake makes of a layer its wrong twin, so that whatever comes after it in a network goes wrong as it would on paper.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from convcalc.errors import ConvcalcError
from convcalc.formula import Dim
from convcalc.layers import AvgPool, Conv, ConvT, Flatten, Layer, Linear, MaxPool, MinPool
from convcalc.layers.base import per_axis
from convcalc.layers.conv import _kernels
from convcalc.shape import Shape, extent, product

if TYPE_CHECKING:
    from torch import nn

WINDOWS = (Conv, MaxPool, AvgPool, MinPool)
POOLS = (MaxPool, AvgPool, MinPool)


class Wrong(Layer):
    """A layer worked out with a mistake: its shape, its parameters or its multiply-adds are what the mistake makes of them."""

    layer: Layer
    mistake: Mistake

    def __init__(self, layer: Layer, mistake: Mistake) -> None:
        self.__dict__.update(layer=layer, mistake=mistake, name=layer.name)

    def _wrong(self, about: str, x: Shape) -> Any:
        return self.mistake.wrong(self.layer, x) if self.mistake.about == about else None

    def shape(self, x: Shape) -> Shape:
        found: Shape | None = self._wrong("shape", x)
        return self.layer.shape(x) if found is None else found

    def weights(self, x: Shape) -> dict[str, Shape]:
        found = self._wrong("params", x)
        return self.layer.weights(x) if found is None else {"wrong": (found,)}

    def macs(self, x: Shape, y: Shape | None = None) -> Dim:
        found: Dim | None = self._wrong("macs", x)
        return self.layer.macs(x) if found is None else found

    def __str__(self) -> str:
        return str(self.layer)

    def module(self, x: Shape) -> nn.Module:
        raise NotImplementedError("a mistake has no module")


WrongFormula: TypeAlias = Callable[[Any, Shape], Any]


@dataclass(frozen=True)
class Mistake:
    """One misconception. `wrong(layer, x)` is what it gives for an input of shape x, or None where it cannot be made.

    `about` says what goes wrong: the shape, the params or the macs. `en` and `vi` say what was done and what is right.
    """

    name: str
    about: str
    en: str
    vi: str
    wrong: WrongFormula
    likely: int = 2  # 1 for what is seen all the time, 3 for what is rare
    since: int = 1  # the edition of the questions that begins to use it: older ones are drawn as they were

    def says(self, lang: str) -> str:
        return self.vi if lang == "vi" else self.en

    def instead(self, layer: Layer, x: Shape, right: Any) -> Any:
        """What the mistake gives in place of what is right; None where it changes nothing for this input."""
        try:
            found = self.wrong(layer, x)
        except (ConvcalcError, ZeroDivisionError):
            return None
        return None if found is None or found == right or _impossible(found) else found

    def twin(self, layer: Layer, x: Shape) -> Wrong | None:
        """The layer with this mistake in it; None where it changes nothing for this input."""
        right = {"shape": layer.shape, "params": layer.params, "macs": layer.macs}[self.about](x)
        return None if self.instead(layer, x, right) is None else Wrong(layer, self)


def _impossible(found: Any) -> bool:
    sizes = found if isinstance(found, tuple) else (found,)
    return any(isinstance(size, int) and size < 1 for size in sizes)


Window: TypeAlias = "tuple[Dim, Dim, Dim, Dim, Dim]"  # (M, K, S, P, D) along one axis


def windows(layer: Any, x: Shape) -> list[Window] | None:
    """The windows of a convolution or pool along each axis; None for other layers and for 'same' padding."""
    if not isinstance(layer, WINDOWS):
        return None
    if not isinstance(layer, Conv):
        return [(m, k, s, p, d) for m, k, s, p, d in layer._axes(x)]
    n = len(x) - 1
    sizes = [per_axis(layer, name, x, n) for name in ("kernel_size", "stride", "dilation")]
    paddings = layer._paddings(x, n)
    if any(before != after for before, after in paddings):
        return None
    return [(m, k, s, p, d) for m, (p, _), k, s, d in zip(x[1:], paddings, *sizes, strict=True)]


def _each(axis: Callable[[Dim, Dim, Dim, Dim, Dim], Any], only: tuple[type[Layer], ...] = WINDOWS) -> WrongFormula:
    """The wrong shape that a wrong formula for one axis, (M, K, S, P, D) → size, gives."""

    def wrong(layer: Layer, x: Shape) -> Shape | None:
        found = windows(layer, x) if isinstance(layer, only) else None
        sizes = None if found is None else [axis(*w) for w in found]
        if sizes is None or None in sizes:
            return None
        return (_kernels(layer, x[0]) if isinstance(layer, Conv) else x[0], *sizes)

    return wrong


def _params(count: Callable[[Any, Shape], Dim | None], *only: type[Layer]) -> WrongFormula:
    return lambda layer, x: count(layer, x) if isinstance(layer, only) else None


def _of_conv(layer: Conv | ConvT, x: Shape) -> tuple[Dim, Dim, Dim]:
    """(kernels, channels each looks at, cells of a kernel)."""
    weight = layer.weights(x)["weight"]
    first, second = (weight[0], weight[1]) if isinstance(layer, Conv) else (weight[1], weight[0])
    return first, second, product(weight[2:])


def _no_bias(layer: Any, x: Shape) -> Dim | None:
    return product(layer.weights(x)["weight"]) if layer.bias else None


def _one_bias(layer: Any, x: Shape) -> Dim | None:
    return product(layer.weights(x)["weight"]) + 1 if layer.bias else None


def _bias_counted(layer: Any, x: Shape) -> Dim | None:
    weights = layer.weights(x)
    return None if layer.bias else product(weights["weight"]) + layer.shape(x)[0 if len(x) > 1 else -1]


def _kernel_alone(layer: Any, x: Shape) -> Dim:
    kernels, _, cells = _of_conv(layer, x)
    return (cells + (1 if layer.bias else 0)) * kernels


def _one_kernel(layer: Any, x: Shape) -> Dim:
    _, channels, cells = _of_conv(layer, x)
    return cells * channels + (1 if layer.bias else 0)


def _bias_per_channel(layer: Any, x: Shape) -> Dim | None:
    kernels, channels, cells = _of_conv(layer, x)
    return kernels * channels * (cells + 1) if layer.bias else None


def _bias_per_input(layer: Any, x: Shape) -> Dim | None:
    weight = layer.weights(x)["weight"]
    return product(weight) + x[0 if len(x) > 1 else -1] if layer.bias and len(weight) else None


def _with_sizes(layer: Any, x: Shape) -> Dim:
    return product(layer.weights(x)["weight"]) * product(x[1:])


def _no_plus_one(layer: Layer, x: Shape) -> Shape | None:
    """One less on every axis, whichever way the division is rounded."""
    y = layer.shape(x)
    return (y[0], *(size - 1 for size in y[1:])) if windows(layer, x) is not None else None


def _ceil_left_out(layer: Layer, x: Shape) -> Shape | None:
    if not isinstance(layer, POOLS) or not layer.ceil_mode:
        return None
    return _each(lambda m, k, s, p, d: (m + 2 * p - extent(k, d)) // s + 1)(layer, x)  # type: ignore[no-any-return]


def _swapped(layer: Layer, x: Shape) -> Shape | None:
    y = layer.shape(x)
    return (y[0], *reversed(y[1:])) if len(y) == 3 and windows(layer, x) is not None else None


def _channels_stay(layer: Layer, x: Shape) -> Shape | None:
    return (x[0], *layer.shape(x)[1:]) if isinstance(layer, Conv | ConvT) else None


def _channels_multiply(layer: Layer, x: Shape) -> Shape | None:
    y = layer.shape(x)
    return (y[0] * x[0], *y[1:]) if isinstance(layer, Conv) and layer.groups == 1 else None


def _flat_without_channels(layer: Layer, x: Shape) -> Shape | None:
    return (product(x[1:]),) if isinstance(layer, Flatten) and len(x) > 1 else None


def _pool_eats_channels(layer: Layer, x: Shape) -> Shape | None:
    if not isinstance(layer, POOLS):
        return None
    _, k, *_ = next(iter(layer._axes(x)))
    return (x[0] // k, *layer.shape(x)[1:])


def _weights_alone(layer: Any, x: Shape) -> Dim:
    return product(layer.weights(x)["weight"])


def _macs_of_one_channel(layer: Any, x: Shape) -> Dim | None:
    kernels, channels, cells = _of_conv(layer, x)
    return kernels * cells * product(layer.shape(x)[1:]) if channels != 1 else None


def _macs_and_biases(layer: Any, x: Shape) -> Dim | None:
    return layer.macs(x) + product(layer.shape(x)) if layer.bias else None


def _named(name: str, about: str, en: str, vi: str, likely: int = 2) -> Mistake:
    """A mistake that is no wrong formula of one layer; whoever asks the question works out what it gives."""
    return Mistake(name, about, en, vi, lambda layer, x: None, likely)


def _macs_at_input(layer: Layer, x: Shape) -> Dim | None:
    return product(layer.weights(x)["weight"]) * product(x[1:]) if isinstance(layer, Conv) else None


MISTAKES: tuple[Mistake, ...] = (
    # -- the size of the output ---------------------------------------------------------------------------------
    Mistake("ceil_for_floor", "shape", "the division was rounded up; it is rounded down", "phép chia được làm tròn lên; đúng ra phải làm tròn xuống",
            _each(lambda m, k, s, p, d: (m + 2 * p - extent(k, d) + s - 1) // s + 1), 1),
    Mistake("no_plus_one", "shape", "the + 1 at the end of the formula was left out", "quên cộng 1 ở cuối công thức", _no_plus_one, 1),
    Mistake("ceil_left_out", "shape", "ceil_mode was left out: here the division is rounded up", "quên ceil_mode: ở đây phép chia làm tròn lên", _ceil_left_out, 1),
    Mistake("padding_once", "shape", "the padding was added on one side only: P instead of 2P", "chỉ cộng padding một phía: P thay vì 2P",
            _each(lambda m, k, s, p, d: (m + p - extent(k, d)) // s + 1), 1),
    Mistake("padding_left_out", "shape", "the padding was left out", "quên cộng padding",
            _each(lambda m, k, s, p, d: (m - extent(k, d)) // s + 1), 1),
    Mistake("stride_ignored", "shape", "the stride was taken as 1", "coi stride bằng 1",
            _each(lambda m, k, s, p, d: m + 2 * p - extent(k, d) + 1), 1),
    Mistake("kernel_not_subtracted", "shape", "the kernel was not subtracted", "quên trừ kích thước kernel",
            _each(lambda m, k, s, p, d: (m + 2 * p) // s + 1)),
    Mistake("only_divided", "shape", "the size was only divided by the stride", "chỉ lấy kích thước chia cho stride",
            _each(lambda m, k, s, p, d: m // s if s != 1 else None)),
    Mistake("divided_up", "shape", "the size was only divided by the stride, and rounded up, as with 'same' padding", "chỉ lấy kích thước chia cho stride rồi làm tròn lên, như khi padding 'same'",
            _each(lambda m, k, s, p, d: (m + s - 1) // s if s != 1 else None)),
    Mistake("dilation_ignored", "shape", "the dilation was left out: K instead of D·(K − 1) + 1", "quên dilation: dùng K thay vì D·(K − 1) + 1",
            _each(lambda m, k, s, p, d: (m + 2 * p - k) // s + 1)),
    Mistake("dilation_times_kernel", "shape", "a dilated kernel was taken to span D·K cells; it spans D·(K − 1) + 1", "coi kernel có dilation rộng D·K ô; đúng ra là D·(K − 1) + 1",
            _each(lambda m, k, s, p, d: (m + 2 * p - d * k) // s + 1), 3),
    Mistake("pool_kept_size", "shape", "the pool was taken to leave the size as it is", "coi pooling giữ nguyên kích thước",
            _each(lambda m, k, s, p, d: m, POOLS)),
    Mistake("sizes_kept", "shape", "the convolution was taken to leave the size as it is, without padding for it", "coi tích chập giữ nguyên kích thước dù padding không đủ",
            _each(lambda m, k, s, p, d: m, (Conv,))),
    Mistake("height_and_width_swapped", "shape", "height and width were swapped", "đổi chỗ chiều cao và chiều rộng", _swapped),
    Mistake("channels_stay", "shape", "the output was given the channels of the input; it has one for each kernel", "lấy số channel của input cho output; đúng ra mỗi kernel cho một channel", _channels_stay, 1),
    Mistake("channels_multiply", "shape", "the kernels were multiplied with the channels of the input", "nhân số kernel với số channel của input", _channels_multiply),
    Mistake("pool_divides_channels", "shape", "the pool was taken to divide the channels too", "coi pooling giảm cả số channel", _pool_eats_channels, 3),
    Mistake("flat_without_channels", "shape", "the channels were left out when flattening", "quên nhân số channel khi flatten", _flat_without_channels),
    # -- the number of parameters -------------------------------------------------------------------------------
    Mistake("bias_left_out", "params", "the bias was left out", "quên bias", _params(_no_bias, Conv, ConvT, Linear), 1),
    Mistake("bias_once", "params", "one bias was counted for all kernels; there is one for each", "chỉ tính một bias chung; đúng ra mỗi kernel có một bias", _params(_one_bias, Conv, ConvT, Linear), 1),
    Mistake("bias_counted", "params", "a bias was counted where there is none", "tính cả bias trong khi layer không có bias", _params(_bias_counted, Conv, ConvT, Linear)),
    Mistake("channels_left_out", "params", "the channels of the input were left out: a kernel has K·O·C weights", "quên số channel của input: một kernel có K·O·C trọng số", _params(_kernel_alone, Conv), 1),
    Mistake("one_kernel", "params", "one kernel was counted instead of all", "chỉ tính một kernel thay vì tất cả", _params(_one_kernel, Conv)),
    Mistake("bias_per_channel", "params", "a bias was counted for every channel of every kernel; there is one for each kernel", "tính bias cho từng channel của kernel; đúng ra mỗi kernel chỉ có một bias", _params(_bias_per_channel, Conv)),
    Mistake("bias_per_input", "params", "the biases were counted for the input; there is one for each output", "đếm bias theo input; đúng ra mỗi output có một bias", _params(_bias_per_input, Conv, Linear)),
    Mistake("weights_at_every_place", "params", "the weights were counted at every position; they are shared", "đếm trọng số ở mọi vị trí; đúng ra các vị trí dùng chung trọng số", _params(_with_sizes, Conv), 3),
    # -- multiply-adds ------------------------------------------------------------------------------------------
    Mistake("macs_at_the_input", "macs", "the positions of the input were counted instead of the output's", "đếm số vị trí của input thay vì của output", _macs_at_input, 1),
    Mistake("positions_left_out", "macs", "the positions of the output were left out: each of them takes all products of a kernel", "quên nhân số vị trí của output: mỗi vị trí cần đủ các phép nhân của kernel", _params(_weights_alone, Conv), 1),
    Mistake("channels_left_out_of_macs", "macs", "the channels of the input were left out", "quên nhân số channel của input", _params(_macs_of_one_channel, Conv), 1),
    Mistake("bias_in_macs", "macs", "the biases were counted; an addition alone is no multiply-add", "đếm cả bias; chỉ cộng bias thì không phải phép nhân-cộng", _params(_macs_and_biases, Conv)),
    # -- the shape of the weights -------------------------------------------------------------------------------
    _named("kernels_and_channels_swapped", "weight", "the number of kernels and the channels of the input were swapped", "đổi chỗ số kernel và số channel của input", 1),
    _named("other_order", "weight", "the axes are in the other order", "thứ tự các chiều không đúng với thứ tự được hỏi", 1),
    _named("kernel_without_channels", "weight", "a kernel was taken to be flat; it has as many channels as it gets", "coi kernel chỉ có một channel; kernel có đủ số channel mà nó nhận", 1),
    _named("kernel_sides_swapped", "weight", "height and width of the kernel were swapped", "đổi chỗ chiều cao và chiều rộng của kernel", 2),
    _named("one_kernel_alone", "weight", "only one kernel was described", "chỉ mô tả một kernel"),
    _named("groups_ignored", "weight", "the groups were ignored: each kernel looks at the channels of its group alone", "quên groups: mỗi kernel chỉ nhìn các channel trong nhóm của nó", 1),
    # -- whether code runs, and which code ----------------------------------------------------------------------
    _named("error_missed", "code", "the numbers that a layer takes were not compared with what comes in", "không so số channel hay feature mà layer nhận với những gì đi vào", 1),
    _named("saw_an_error", "code", "the code is right: what each layer takes is what comes in", "code không có lỗi: layer nào cũng khớp với đầu vào của nó", 1),
    _named("in_and_out_swapped", "code", "in_channels and out_channels were swapped", "đổi chỗ in_channels và out_channels", 1),
    _named("out_is_in", "code", "out_channels is the number of kernels, not of input channels", "out_channels là số kernel, không phải số channel của input", 1),
    _named("in_is_out", "code", "in_channels is the number of channels of the input, not of kernels", "in_channels phải bằng số channel của input, không phải số kernel", 1),
    _named("other_kernel", "code", "this kernel gives another output size", "kernel này cho output có kích thước khác", 1),
    _named("other_stride", "code", "this stride gives another output size", "stride này cho output có kích thước khác"),
    _named("other_padding", "code", "this padding gives another output size", "padding này cho output có kích thước khác"),
    _named("stopped_early", "code", "that is the shape before the last layers", "đó mới là shape trước các layer cuối", 1),
    _named("blamed_the_giver", "code", "that layer takes what comes in; the code stops at the one that gets its output", "layer này nhận đúng đầu vào; code dừng ở layer nhận output của nó", 1),
    _named("blamed_another", "code", "that layer takes exactly what comes in", "layer này khớp với đầu vào của nó", 2),
    _named("blamed_what_takes_all", "code", "that layer fixes no number of channels; it takes what comes in", "layer này không quy định số channel, input nào cũng nhận", 3),
    _named("one_branch_alone", "code", "one branch was counted; cat puts the channels of all branches one after the other", "chỉ tính một nhánh; cat nối channel của mọi nhánh lại", 1),
    _named("branches_multiplied", "code", "the channels of the branches were multiplied; cat adds them up", "nhân channel của các nhánh; cat cộng số channel lại", 2),
    _named("sizes_added", "code", "height and width were added too; cat along dim=1 adds the channels only", "cộng cả chiều cao và chiều rộng; cat theo dim=1 chỉ cộng channel", 2),
    _named("sum_adds_channels", "code", "a sum keeps the number of channels; only cat adds them up", "phép cộng giữ nguyên số channel; chỉ cat mới cộng số channel", 1),
    _named("pool_branch_forgotten", "code", "the branch without a convolution was left out; it keeps the channels that come in", "bỏ quên nhánh không có tích chập; nhánh này giữ nguyên số channel đi vào", 1),
    _named("shortcut_shape", "code", "that is what goes into the block", "đó là shape đi vào khối", 1),
    # -- receptive fields and memory ----------------------------------------------------------------------------
    _named("kernels_added", "field", "the kernels were added; each one after the first adds K − 1 cells", "cộng các kernel với nhau; mỗi kernel sau chỉ thêm K − 1 ô", 1),
    _named("jump_ignored", "field", "the strides before a layer were ignored: they stretch what it adds", "quên stride của các layer trước: chúng làm phần thêm vào rộng ra", 1),
    _named("last_kernel_alone", "field", "that is what the last layer sees of the layer before it", "đó là vùng mà layer cuối nhìn trên layer ngay trước nó", 1),
    _named("dilation_left_out_of_field", "field", "the dilation was left out: the kernel spans D·(K − 1) + 1 cells", "quên dilation: kernel trải rộng D·(K − 1) + 1 ô"),
    _named("field_from_zero", "field", "it began with 0; a cell sees itself, so it begins with 1", "bắt đầu từ 0; mỗi ô tự nhìn thấy chính nó nên phải bắt đầu từ 1", 1),
    _named("stride_of_own_layer", "field", "a layer's own stride was taken to stretch its kernel; only those before it do", "dùng cả stride của chính layer đó; chỉ stride của các layer trước mới tính"),
    _named("values_not_bytes", "memory", "values were counted, not bytes: a float32 has 4", "đếm số giá trị, chưa đổi ra byte: mỗi float32 chiếm 4 byte", 1),
    _named("input_memory", "memory", "that is the memory of the input", "đó là bộ nhớ của input"),
    _named("float64", "memory", "8 bytes were counted for a value; a float32 has 4", "tính mỗi giá trị 8 byte; float32 chỉ có 4 byte"),
    _named("channels_left_out_of_memory", "memory", "one channel of the output was counted", "chỉ tính một channel của output", 1),
    # -- backwards ----------------------------------------------------------------------------------------------
    _named("twice_the_padding", "backwards", "that is the padding of both sides together; each gets half", "đó là padding của cả hai phía cộng lại; mỗi phía chỉ cần một nửa", 1),
    _named("padding_is_the_kernel", "backwards", "the padding was taken as large as the kernel", "lấy padding bằng kernel"),
    _named("half_of_the_kernel_up", "backwards", "K/2 was rounded up; K − 1 is halved", "lấy K/2 làm tròn lên; đúng ra là nửa của K − 1", 1),
    _named("padding_by_dilated_kernel", "backwards", "half of D·K was taken; the kernel spans D·(K − 1) + 1 cells", "lấy nửa của D·K; kernel trải rộng D·(K − 1) + 1 ô", 1),
    _named("dilation_left_out_of_padding", "backwards", "the dilation was left out: half of D·(K − 1)", "quên dilation: phải là nửa của D·(K − 1)", 1),
    # -- numbers ------------------------------------------------------------------------------------------------
    _named("kernel_turned", "numbers", "the kernel was turned by 180°, as in a mathematical convolution", "xoay kernel 180° như tích chập trong toán", 1),
    _named("bias_not_added", "numbers", "the bias was not added", "quên cộng bias", 1),
    _named("kernel_transposed", "numbers", "the rows and columns of the kernel were swapped", "đổi chỗ hàng và cột của kernel"),
    _named("largest_for_mean", "numbers", "the largest value was taken, not the average", "lấy giá trị lớn nhất thay vì trung bình", 1),
    _named("mean_for_largest", "numbers", "the average was taken, not the largest value", "lấy trung bình thay vì giá trị lớn nhất", 1),
    _named("smallest_for_largest", "numbers", "the smallest value was taken", "lấy giá trị nhỏ nhất"),
    _named("stride_one", "numbers", "the window was moved by one cell, not by the stride", "trượt cửa sổ từng ô một, không theo stride", 1),
    _named("padding_not_added", "numbers", "the padding was not added", "quên thêm padding", 1),
    _named("second_channel_left_out", "numbers", "only the first channel was counted", "chỉ tính channel đầu tiên", 1),
    _named("columns_first", "numbers", "the columns were read before the rows", "đọc theo cột trước rồi mới đến hàng", 1),
    _named("channels_interleaved", "numbers", "the channels were read in turns; a channel is read whole before the next", "đọc xen kẽ các channel; phải đọc hết một channel rồi mới sang channel sau", 1),
    _named("sum_for_mean", "numbers", "the values were added, but not divided", "cộng các giá trị nhưng quên chia", 1),
    # -- formulas -----------------------------------------------------------------------------------------------
    _named("formula_ceil", "formula", "the quotient is rounded down, not up", "thương được làm tròn xuống, không phải làm tròn lên", 1),
    _named("formula_one_padding", "formula", "the padding counts on both sides: 2P", "padding tính cả hai phía: 2P", 1),
    _named("formula_no_floor", "formula", "the quotient has to be rounded down", "thiếu làm tròn xuống", 1),
    _named("formula_kernel_added", "formula", "the kernel is subtracted, not added", "phải trừ kernel, không phải cộng", 1),
    _named("formula_kernel_twice", "formula", "the kernel is subtracted once, not twice", "chỉ trừ kernel một lần", 1),
    _named("formula_one_subtracted", "formula", "1 is added, not subtracted", "phải cộng 1, không phải trừ 1", 1),
    _named("formula_kernel_not_added", "formula", "here the kernel is added", "quên cộng kernel", 1),
    _named("formula_m_minus_one", "formula", "it is M − 1 that the stride multiplies", "stride nhân với M − 1, không phải M", 1),
    _named("formula_flat_channels", "formula", "the channels are missing", "quên nhân số channel", 1),
    _named("formula_flat_bias", "formula", "flatten has no bias", "flatten không có bias", 1),
    _named("formula_bias_each_output", "formula", "there is a bias for each output, not one for all", "mỗi output có một bias, không phải một bias chung", 1),
    _named("formula_depthwise_channels", "formula", "depthwise there is a kernel for each of the C channels", "depthwise có C kernel, mỗi channel một kernel", 1),
    _named("formula_pointwise_channels", "formula", "each of the F kernels of 1×1 has C channels", "mỗi kernel 1×1 trong F kernel có C channel", 1),
    _named("formula_one_pool", "formula", "that is after one pooling only", "mới tính một lớp pooling", 1),
    _named("formula_one_conv", "formula", "that is after one convolution only", "mới tính một lớp tích chập", 1),
    _named("formula_second_kernel", "formula", "the second kernel is missing", "thiếu kernel của lớp thứ hai", 1),
    _named("formula_strides_added", "formula", "the strides of two layers multiply", "stride của hai lớp phải nhân với nhau", 1),
    _named("formula_no_one", "formula", "the + 1 is missing", "thiếu + 1", 1),
    _named("formula_one_inside_twice", "formula", "K is subtracted, not K − 1, where 1 is added at the end", "đã cộng 1 ở cuối thì trừ K, không trừ K − 1"),
    _named("formula_no_kernel", "formula", "the kernel is not subtracted", "quên trừ kernel", 1),
    _named("formula_bias_once", "formula", "there is a bias for each kernel, not one for all", "mỗi kernel có một bias, không phải một bias chung", 1),
    _named("formula_no_bias", "formula", "the biases are missing", "thiếu bias", 1),
    _named("formula_no_channels", "formula", "a kernel has C channels", "một kernel có C channel", 1),
    _named("formula_bias_at_the_input", "formula", "there is a bias for each output, not for each input", "mỗi output có một bias, không phải mỗi input", 1),
    _named("formula_sum_for_product", "formula", "the sizes are multiplied, not added", "các kích thước nhân với nhau, không cộng"),
    _named("formula_not_transposed", "formula", "that is the formula of an ordinary convolution; a transposed one goes backwards", "đó là công thức của tích chập thường; tích chập chuyển vị đi ngược lại", 1),
    _named("formula_padding_added", "formula", "a transposed convolution cuts the padding off instead of adding it", "tích chập chuyển vị cắt bớt padding chứ không thêm vào", 1),
    _named("formula_one_layer", "formula", "that takes only one of the two layers, or its stride, into account", "mới tính một trong hai layer, hoặc một trong hai stride", 1),
    _named("formula_kernels_added", "formula", "the second kernel takes (K − 1)·S cells of the input, not K", "kernel thứ hai chiếm thêm (K − 1)·S ô của input, không phải K", 1),
    _named("formula_one_too_many", "formula", "there is a + 1 too many", "thừa + 1", 2),
    _named("formula_bias_per_channel", "formula", "a bias was counted for every channel of a kernel", "tính bias cho từng channel của kernel"),
)  # fmt: skip


def named(name: str) -> Mistake:
    """A mistake of which only the name is known, as in a key that another version of convcalc made."""
    return _named(name, "other", name.replace("_", " "), name.replace("_", " "))


BY_NAME: dict[str, Mistake] = {mistake.name: mistake for mistake in MISTAKES}


def wrong_ways(layer: Layer, x: Shape, about: str, edition: int | None = None) -> list[tuple[Mistake, Any]]:
    """What the mistakes about the shape, the params or the macs give for a layer, where that is not what is right.

    `edition` leaves out the mistakes that came later.
    """
    right = {"shape": layer.shape, "params": layer.params, "macs": layer.macs}[about](x)
    found = (
        (mistake, mistake.instead(layer, x, right))
        for mistake in MISTAKES
        if mistake.about == about and (edition is None or mistake.since <= edition)
    )
    return [(mistake, value) for mistake, value in found if value is not None]


def applying(layer: Layer, x: Shape, about: Iterable[str] = ("shape", "params", "macs")) -> list[tuple[Mistake, Wrong]]:
    """The mistakes that make a difference for a layer on an input, with the layer's wrong twins."""
    return [(mistake, Wrong(layer, mistake)) for one in about for mistake, _ in wrong_ways(layer, x, one)]
