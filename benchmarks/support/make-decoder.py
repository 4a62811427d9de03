"""Writes the VAE decoder of Stable Diffusion 1.5, every layer at its full width, with 49.5 million random weights.

    pip install onnx==1.23.2 numpy==2.4.6
    python make-decoder.py decoder.onnx

The operators are those that torch's exporter writes for diffusers' AutoencoderKL.
"""

import sys

import numpy as np
from onnx import TensorProto, helper, numpy_helper, save

GROUPS = 32
random = np.random.default_rng(0)
nodes, weights = [], []


def add(kind, *inputs, **attributes):
    output = f"{kind}{len(nodes)}"
    nodes.append(helper.make_node(kind, list(inputs), [output], **attributes))
    return output


def weight(values, kind=np.float32):
    name = f"w{len(weights)}"
    weights.append(numpy_helper.from_array(np.asarray(values, kind), name))
    return name


def shape(*sides):
    return weight(sides, np.int64)


def conv(x, inner, outer, side=3):
    values = random.standard_normal((outer, inner, side, side), np.float32) / np.sqrt(inner * side * side)
    pads = [side // 2] * 4
    return add("Conv", x, weight(values), weight(np.zeros(outer)), kernel_shape=[side, side], pads=pads)


def linear(x, width):
    values = random.standard_normal((width, width), np.float32) / np.sqrt(width)
    return add("Add", add("MatMul", x, weight(values)), weight(np.zeros(width)))


def norm(x, width):
    grouped = add("Reshape", x, shape(0, GROUPS, -1))
    ones, zeros = weight(np.ones(GROUPS)), weight(np.zeros(GROUPS))
    even = add("InstanceNormalization", grouped, ones, zeros, epsilon=1e-6)
    whole = add("Reshape", even, add("Shape", x))
    return add("Add", add("Mul", whole, weight(np.ones((width, 1, 1)))), weight(np.zeros((width, 1, 1))))


def silu(x):
    return add("Mul", x, add("Sigmoid", x))


def resnet(x, inner, outer):
    y = conv(silu(norm(x, inner)), inner, outer)
    y = conv(silu(norm(y, outer)), outer, outer)
    return add("Add", x if inner == outer else conv(x, inner, outer, 1), y)


def attention(x, width):
    tokens = add("Transpose", add("Reshape", norm(x, width), shape(0, width, -1)), perm=[0, 2, 1])
    query, key, value = (linear(tokens, width) for _ in range(3))
    scores = add("MatMul", query, add("Transpose", key, perm=[0, 2, 1]))
    shares = add("Softmax", add("Mul", scores, weight(width**-0.5)), axis=-1)
    mixed = linear(add("MatMul", shares, value), width)
    return add("Add", add("Reshape", add("Transpose", mixed, perm=[0, 2, 1]), add("Shape", x)), x)


def twice(x, width):
    large = add(
        "Resize",
        x,
        "",
        weight([1, 1, 2, 2]),
        mode="nearest",
        coordinate_transformation_mode="asymmetric",
        nearest_mode="floor",
    )
    return conv(large, width, width)


x = conv(conv("latent_sample", 4, 4, 1), 4, 512)
x = resnet(attention(resnet(x, 512, 512), 512), 512, 512)
inner = 512
for block, outer in enumerate((512, 512, 256, 128)):
    for at in range(3):
        x = resnet(x, inner if at == 0 else outer, outer)
    inner = outer
    x = x if block == 3 else twice(x, outer)
x = conv(silu(norm(x, 128)), 128, 3)
nodes.append(helper.make_node("Identity", [x], ["sample"]))
given = helper.make_tensor_value_info("latent_sample", TensorProto.FLOAT, ["batch", 4, "height", "width"])
made = helper.make_tensor_value_info("sample", TensorProto.FLOAT, ["batch", 3, "image_height", "image_width"])
graph = helper.make_graph(nodes, "decoder", [given], [made], weights)
save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), sys.argv[1])
