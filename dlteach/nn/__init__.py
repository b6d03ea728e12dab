"""The reference: deep learning as pure NumPy functions, written to be read, one idea per file.

A layer is two functions side by side. `…_forward` gives its output and a cache, which is what the way back needs to
remember; `…_backward` takes `dout`, the gradient of the loss with respect to that output, and the cache, and gives the
gradient with respect to each input. All backward functions do the same: `dout` times the slope of the output along the
input, added up over all the ways in which that input reaches the output. For single numbers and out = a · b + c that is
da = dout · b, db = dout · a and dc = dout. There is no engine, and nothing is remembered between calls but what you hand over.

Conventions, everywhere the same:

- N samples, D features, C classes or channels, H hidden units or the height of an image, T time steps, K kernels, V tokens.
- A batch comes first: `(N, D)`. Weights are `(in, out)`; PyTorch's are `(out, in)`, and one transpose carries them over.
- In formulas `a @ b` is the matrix product, and `a · b` multiplies number by number. `x_nd` is `x[n, d]`, Σ_n is the sum over
  n, and `p ← …` says what p becomes. log is the natural logarithm, and "size" how many numbers an array holds.
- "Spread" is the standard deviation: the root of the variance, which is the mean of (x − mean of x)². σ is the sigmoid;
  only in the normalisations and in `latent`, as in most books, it is a spread.
- Losses are means over the batch. `dx` is ∂J/∂x, the gradient of the loss J with respect to x, and has the shape of x.
- The result has the dtype of the input: float32 stays float32. No input is ever written to.
- A shape that does not fit raises `ValueError`, which names the argument, the shape it has and the shape it needs.

Where to begin: `descent`, `logistic`, `affine`, `activations`, `softmax`, `cross_entropy`, `two_layer`. From there, as you like:

- learning better: `initialization`, `optimizers`, `schedules`, `regularizers`, `clipping`, `dropout`, `batch_norm`, `layer_norm`;
- images: `convolution_naive`, `im2col`, `convolution`, `pooling`, `upsampling`, `conv_arithmetic`;
- sequences: `rnn`, `rnn_sequence`, `lstm`, `gru`, `sequences`, `embedding`, `masks`, `attention`, `multi_head`, `positional`;
- other targets: `regression_losses`, `latent`, `adversarial`;
- to see how good it is: `metrics`, `text_metrics`; and whether a gradient is right: `numerical`;
- small tools: `encoding`, `distances`.
"""

from dlteach.nn.activations import (
    GeluCache,
    LeakyReluCache,
    gelu_backward,
    gelu_forward,
    leaky_relu_backward,
    leaky_relu_forward,
    relu_backward,
    relu_forward,
    sigmoid,
    sigmoid_backward,
    sigmoid_forward,
    tanh_backward,
    tanh_forward,
)
from dlteach.nn.adversarial import discriminator_loss, generator_loss, saturating_generator_loss
from dlteach.nn.affine import AffineCache, AffineGrads, AffineParameterGrads, affine_backward, affine_forward, affine_parameter_gradients
from dlteach.nn.attention import AttentionCache, AttentionGrads, attention_backward, attention_forward
from dlteach.nn.batch_norm import (
    BatchNormCache,
    BatchNormGrads,
    BatchNormInferenceCache,
    batch_norm_backward,
    batch_norm_forward,
    batch_norm_inference_backward,
    batch_norm_inference_forward,
    batch_norm_track,
)
from dlteach.nn.clipping import clip_by_norm, clip_by_value
from dlteach.nn.conv_arithmetic import conv_num_parameters, receptive_field
from dlteach.nn.convolution import ConvCache, ConvGrads, ConvParameterGrads, conv2d_backward, conv2d_forward, conv2d_parameter_gradients
from dlteach.nn.convolution_naive import conv2d_naive, conv2d_naive_backward
from dlteach.nn.cross_entropy import binary_cross_entropy, sequence_cross_entropy, sigmoid_cross_entropy, softmax_cross_entropy
from dlteach.nn.descent import gradient_descent, quadratic_derivative, sgd_step
from dlteach.nn.distances import pairwise_distances
from dlteach.nn.dropout import dropout_backward, dropout_forward
from dlteach.nn.embedding import EmbeddingCache, embedding_backward, embedding_forward
from dlteach.nn.encoding import multi_hot, one_hot
from dlteach.nn.gru import GruStepCache, GruStepGrads, gru_step_backward, gru_step_forward
from dlteach.nn.gru_sequence import GruCache, GruGrads, gru_backward, gru_forward
from dlteach.nn.im2col import col2im, conv_output_size, im2col
from dlteach.nn.initialization import fans, he_normal, he_uniform, orthogonal, xavier_normal, xavier_uniform
from dlteach.nn.latent import ReparameterizeGrads, kl_standard_normal, reparameterize_backward, reparameterize_forward
from dlteach.nn.layer_norm import LayerNormCache, LayerNormGrads, layer_norm_backward, layer_norm_forward
from dlteach.nn.logistic import logistic_gradient, predict, train_logistic_regression
from dlteach.nn.lstm import LstmStepCache, LstmStepGrads, lstm_step_backward, lstm_step_forward
from dlteach.nn.lstm_sequence import LstmCache, LstmGrads, lstm_backward, lstm_forward
from dlteach.nn.masks import causal_mask, padding_mask
from dlteach.nn.metrics import Scores, accuracy, averaged_scores, confusion_matrix, f1_score, precision, recall, top_k_accuracy
from dlteach.nn.multi_head import MultiHeadCache, MultiHeadGrads, multi_head_attention_backward, multi_head_attention_forward
from dlteach.nn.numerical import numerical_backward, numerical_gradient, relative_error
from dlteach.nn.optimizers import AdamState, adam_start, adam_step, adamw_step, momentum_step, nesterov_step, rmsprop_step, zeros_for
from dlteach.nn.pooling import AvgPoolCache, MaxPoolCache, avg_pool2d_backward, avg_pool2d_forward, max_pool2d_backward, max_pool2d_forward
from dlteach.nn.positional import positional_encoding
from dlteach.nn.regression_losses import huber_loss, mean_absolute_error, mean_squared_error
from dlteach.nn.regularizers import l1_penalty, l2_penalty
from dlteach.nn.rnn import RnnStepCache, RnnStepGrads, rnn_step_backward, rnn_step_forward
from dlteach.nn.rnn_sequence import RnnCache, RnnGrads, rnn_backward, rnn_forward
from dlteach.nn.schedules import cosine_decay, step_decay, warm_up
from dlteach.nn.sequences import reverse_sequences
from dlteach.nn.softmax import log_softmax, log_softmax_backward, log_softmax_forward, softmax, softmax_backward, softmax_forward
from dlteach.nn.text_metrics import bleu, perplexity
from dlteach.nn.two_layer import two_layer_logits, two_layer_loss
from dlteach.nn.upsampling import upsample2d_backward, upsample2d_forward

__all__ = [
    "AdamState",
    "AffineCache",
    "AffineGrads",
    "AffineParameterGrads",
    "AttentionCache",
    "AttentionGrads",
    "AvgPoolCache",
    "BatchNormCache",
    "BatchNormGrads",
    "BatchNormInferenceCache",
    "ConvCache",
    "ConvGrads",
    "ConvParameterGrads",
    "EmbeddingCache",
    "GeluCache",
    "GruCache",
    "GruGrads",
    "GruStepCache",
    "GruStepGrads",
    "LayerNormCache",
    "LayerNormGrads",
    "LeakyReluCache",
    "LstmCache",
    "LstmGrads",
    "LstmStepCache",
    "LstmStepGrads",
    "MaxPoolCache",
    "MultiHeadCache",
    "MultiHeadGrads",
    "ReparameterizeGrads",
    "RnnCache",
    "RnnGrads",
    "RnnStepCache",
    "RnnStepGrads",
    "Scores",
    "accuracy",
    "adam_start",
    "adam_step",
    "adamw_step",
    "affine_backward",
    "affine_forward",
    "affine_parameter_gradients",
    "attention_backward",
    "attention_forward",
    "averaged_scores",
    "avg_pool2d_backward",
    "avg_pool2d_forward",
    "batch_norm_backward",
    "batch_norm_forward",
    "batch_norm_inference_backward",
    "batch_norm_inference_forward",
    "batch_norm_track",
    "binary_cross_entropy",
    "bleu",
    "causal_mask",
    "clip_by_norm",
    "clip_by_value",
    "col2im",
    "confusion_matrix",
    "conv2d_backward",
    "conv2d_forward",
    "conv2d_naive",
    "conv2d_naive_backward",
    "conv2d_parameter_gradients",
    "conv_num_parameters",
    "conv_output_size",
    "cosine_decay",
    "discriminator_loss",
    "dropout_backward",
    "dropout_forward",
    "embedding_backward",
    "embedding_forward",
    "f1_score",
    "fans",
    "gelu_backward",
    "gelu_forward",
    "generator_loss",
    "gradient_descent",
    "gru_backward",
    "gru_forward",
    "gru_step_backward",
    "gru_step_forward",
    "he_normal",
    "he_uniform",
    "huber_loss",
    "im2col",
    "kl_standard_normal",
    "l1_penalty",
    "l2_penalty",
    "layer_norm_backward",
    "layer_norm_forward",
    "leaky_relu_backward",
    "leaky_relu_forward",
    "log_softmax",
    "log_softmax_backward",
    "log_softmax_forward",
    "logistic_gradient",
    "lstm_backward",
    "lstm_forward",
    "lstm_step_backward",
    "lstm_step_forward",
    "max_pool2d_backward",
    "max_pool2d_forward",
    "mean_absolute_error",
    "mean_squared_error",
    "momentum_step",
    "multi_head_attention_backward",
    "multi_head_attention_forward",
    "multi_hot",
    "nesterov_step",
    "numerical_backward",
    "numerical_gradient",
    "one_hot",
    "orthogonal",
    "padding_mask",
    "pairwise_distances",
    "perplexity",
    "positional_encoding",
    "precision",
    "predict",
    "quadratic_derivative",
    "recall",
    "receptive_field",
    "relative_error",
    "relu_backward",
    "relu_forward",
    "reparameterize_backward",
    "reparameterize_forward",
    "reverse_sequences",
    "rmsprop_step",
    "rnn_backward",
    "rnn_forward",
    "rnn_step_backward",
    "rnn_step_forward",
    "saturating_generator_loss",
    "sequence_cross_entropy",
    "sgd_step",
    "sigmoid",
    "sigmoid_backward",
    "sigmoid_cross_entropy",
    "sigmoid_forward",
    "softmax",
    "softmax_backward",
    "softmax_cross_entropy",
    "softmax_forward",
    "step_decay",
    "tanh_backward",
    "tanh_forward",
    "top_k_accuracy",
    "train_logistic_regression",
    "two_layer_logits",
    "two_layer_loss",
    "upsample2d_backward",
    "upsample2d_forward",
    "warm_up",
    "xavier_normal",
    "xavier_uniform",
    "zeros_for",
]
