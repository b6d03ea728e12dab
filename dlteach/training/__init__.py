"""Training: thin layers over the functions of `dlteach.nn`, models made of them, and the loop that trains them.

A layer keeps what a function cannot: its parameters, and the cache between the way forward and the way back. The
mathematics stays in `dlteach.nn`.
"""

from dlteach.training.activation_layers import GELU, LeakyReLU, ReLU, Sigmoid, Softmax, Tanh
from dlteach.training.attention_layers import MultiHeadAttention
from dlteach.training.batches import batches
from dlteach.training.bidirectional import Bidirectional
from dlteach.training.blocks import inception_block, residual_block
from dlteach.training.callbacks import Callback, Checkpoint, EarlyStopping, LearningRateSchedule, ProgressBar, Run
from dlteach.training.convolution_layers import AvgPool2d, Conv2d, GlobalAvgPool2d, MaxPool2d, Upsample2d
from dlteach.training.dense import Dense
from dlteach.training.dropout_layer import Dropout
from dlteach.training.embedding_layers import Embedding, PositionalEncoding
from dlteach.training.evaluation import evaluate, predict
from dlteach.training.fit import fit
from dlteach.training.graph import Graph
from dlteach.training.history import History
from dlteach.training.layer import Layer
from dlteach.training.merge_layers import Add, Concat
from dlteach.training.metrics import binary_accuracy, class_accuracy
from dlteach.training.node import Input, Node
from dlteach.training.normalization_layers import BatchNorm, LayerNorm
from dlteach.training.optimizers import SGD, Adam, AdamW, Optimizer, RMSprop
from dlteach.training.recurrent_layers import Gru, Lstm, Rnn
from dlteach.training.saving import load, save
from dlteach.training.sequential import Sequential
from dlteach.training.shape_layers import Flatten, Identity, Reshape
from dlteach.training.summary import summary

__all__ = [
    "GELU",
    "SGD",
    "Adam",
    "AdamW",
    "Add",
    "AvgPool2d",
    "BatchNorm",
    "Bidirectional",
    "Callback",
    "Checkpoint",
    "Concat",
    "Conv2d",
    "Dense",
    "Dropout",
    "EarlyStopping",
    "Embedding",
    "Flatten",
    "GlobalAvgPool2d",
    "Graph",
    "Gru",
    "History",
    "Identity",
    "Input",
    "Layer",
    "LayerNorm",
    "LeakyReLU",
    "LearningRateSchedule",
    "Lstm",
    "MaxPool2d",
    "MultiHeadAttention",
    "Node",
    "Optimizer",
    "PositionalEncoding",
    "ProgressBar",
    "RMSprop",
    "ReLU",
    "Reshape",
    "Rnn",
    "Run",
    "Sequential",
    "Sigmoid",
    "Softmax",
    "Tanh",
    "Upsample2d",
    "batches",
    "binary_accuracy",
    "class_accuracy",
    "evaluate",
    "fit",
    "inception_block",
    "load",
    "predict",
    "residual_block",
    "save",
    "summary",
]
