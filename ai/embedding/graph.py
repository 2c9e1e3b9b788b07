"""Writes all-MiniLM-L6-v2 as an ONNX graph from its weights, and quantises it to int8.

Input: int64 `input_ids` of shape (texts, tokens); all texts of a batch have the same number of tokens, so there is no mask
and nothing is padded. Output: float32 `embedding` of shape (texts, 384), the mean of the tokens at length 1.

Three choices make it fast on a CPU: the three projections of attention are one product; MultiHeadAttention without a mask
takes ONNX Runtime's flash kernel; the word table is int8 with one scale a row, a quarter of the memory at a cosine of 1.000.
Weights are quantised with reduced range, because processors without VNNI saturate on the full one.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic
from safetensors.numpy import load_file

LAYERS, HEADS, WIDTH = 6, 12, 384
MAX_TOKENS = 256  # with the model's two marks; the position table is cut to it
EPSILON = 1e-12  # of the layer normalisations, from the model's config.json
OPSET, IR_VERSION = 20, 10

Array = NDArray[np.generic]


class Graph:
    """The nodes and constants of a graph in the making."""

    def __init__(self, weights: Mapping[str, Array]) -> None:
        self.weights = weights
        self.nodes: list[onnx.NodeProto] = []
        self.constants: dict[str, onnx.TensorProto] = {}

    def constant(self, name: str, value: Array) -> str:
        self.constants[name] = numpy_helper.from_array(np.ascontiguousarray(value), name)
        return name

    def integers(self, name: str, *values: int) -> str:
        return self.constant(name, np.array(values, np.int64))

    def node(self, kind: str, inputs: Sequence[str], output: str | list[str], **attributes: Any) -> str:
        outputs = [output] if isinstance(output, str) else output
        self.nodes.append(helper.make_node(kind, inputs, outputs, **attributes))
        return outputs[0]

    def linear(self, x: str, weight: Array, bias: Array, output: str) -> str:
        """x @ weight.T + bias, with the weight as PyTorch stores it: (out, in)."""
        product = self.node("MatMul", [x, self.constant(f"{output}.weight", weight.T)], f"{output}.product")
        return self.node("Add", [product, self.constant(f"{output}.bias", bias)], output)

    def dense(self, x: str, layer: str) -> str:
        return self.linear(x, self.weights[f"{layer}.weight"], self.weights[f"{layer}.bias"], layer)

    def norm(self, x: str, layer: str) -> str:
        scale = self.constant(f"{layer}.weight", self.weights[f"{layer}.weight"])
        shift = self.constant(f"{layer}.bias", self.weights[f"{layer}.bias"])
        return self.node("LayerNormalization", [x, scale, shift], layer, axis=-1, epsilon=EPSILON)


def write_model(weights: Path, target: Path) -> None:
    """Build, quantise and write the model. `target` is whole or absent if this stops half-way and is its own temporary file."""
    model = build(load_file(str(weights)))
    with TemporaryDirectory(dir=target.parent) as folder:
        whole = Path(folder) / "float32.onnx"
        onnx.save(model, str(whole))
        quantize_dynamic(
            str(whole),
            str(target),
            per_channel=True,
            reduce_range=True,
            weight_type=QuantType.QInt8,
            op_types_to_quantize=["MatMul"],
            extra_options={"DefaultTensorType": TensorProto.FLOAT},
        )


def build(weights: Mapping[str, Array]) -> onnx.ModelProto:
    """The float32 graph from the model's named weights."""
    graph = Graph(weights)
    x = _embedded(graph)
    for number in range(LAYERS):
        x = _layer(graph, x, f"encoder.layer.{number}")
    mean = graph.node("ReduceMean", [x, graph.integers("tokens_axis", 1)], "mean", keepdims=0)
    graph.node("LpNormalization", [mean], "embedding", axis=-1, p=2)
    return _model(graph)


def _embedded(graph: Graph) -> str:
    """Words plus places, normalised."""
    words, scales = _by_row(graph.weights["embeddings.word_embeddings.weight"])
    rows = graph.node("Gather", [graph.constant("words", words), "input_ids"], "word_rows")
    scale = graph.node("Gather", [graph.constant("word_scales", scales), "input_ids"], "word_scale")
    word = graph.node("Mul", [graph.node("Cast", [rows], "word_values", to=TensorProto.FLOAT), scale], "word")
    return graph.norm(graph.node("Add", [word, _places(graph)], "embedded"), "embeddings.LayerNorm")


def _places(graph: Graph) -> str:
    """The position vectors of as many tokens as the batch has; the one token type there is comes with them."""
    kinds = graph.weights["embeddings.token_type_embeddings.weight"][0]
    table = (graph.weights["embeddings.position_embeddings.weight"] + kinds)[:MAX_TOKENS]
    shape = graph.node("Shape", ["input_ids"], "shape")
    length = graph.node("Gather", [shape, graph.integers("tokens_place", 1)], "length", axis=0)
    start, axis = graph.integers("first", 0), graph.integers("places_axis", 0)
    return graph.node("Slice", [graph.constant("places", table), start, length, axis], "place")


def _by_row(table: Array) -> tuple[Array, Array]:
    """int8 rows and their float32 scales, so that row * scale is nearly the table."""
    scales = np.abs(table).max(axis=1, keepdims=True) / np.float32(127)
    scales[scales == 0] = 1
    return np.round(table / scales).astype(np.int8), scales.astype(np.float32)


def _layer(graph: Graph, x: str, layer: str) -> str:
    """One encoder layer: attention and a two-layer network, each added to its input and normalised."""
    attended = graph.dense(_attention(graph, x, f"{layer}.attention.self"), f"{layer}.attention.output.dense")
    x = graph.norm(graph.node("Add", [attended, x], f"{layer}.first_sum"), f"{layer}.attention.output.LayerNorm")
    wide = graph.node("Gelu", [graph.dense(x, f"{layer}.intermediate.dense")], f"{layer}.gelu")
    narrow = graph.dense(wide, f"{layer}.output.dense")
    return graph.norm(graph.node("Add", [narrow, x], f"{layer}.second_sum"), f"{layer}.output.LayerNorm")


def _attention(graph: Graph, x: str, layer: str) -> str:
    parts = [f"{layer}.{part}" for part in ("query", "key", "value")]
    weight = np.concatenate([graph.weights[f"{part}.weight"] for part in parts])
    bias = np.concatenate([graph.weights[f"{part}.bias"] for part in parts])
    together = graph.linear(x, weight, bias, f"{layer}.together")
    graph.node("Split", [together, graph.integers(f"{layer}.widths", WIDTH, WIDTH, WIDTH)], parts, axis=-1)
    return graph.node("MultiHeadAttention", parts, f"{layer}.mixed", domain="com.microsoft", num_heads=HEADS)


def _model(graph: Graph) -> onnx.ModelProto:
    tokens = helper.make_tensor_value_info("input_ids", TensorProto.INT64, ["texts", "tokens"])
    result = helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["texts", WIDTH])
    body = helper.make_graph(graph.nodes, "minilm", [tokens], [result], list(graph.constants.values()))
    opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid("com.microsoft", 1)]
    model = helper.make_model(body, opset_imports=opsets, ir_version=IR_VERSION)
    onnx.checker.check_model(model)
    return model
