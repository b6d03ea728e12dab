"""Models of the lessons, each made of the functions of `dlteach.nn` and the layers of `dlteach.training`."""

from dlteach.models.attention_seq2seq import AttentionSeq2Seq, AttentionState
from dlteach.models.autoencoder import Autoencoder, ConvAutoencoder, DenseAutoencoder, GaussianNoise, anomaly_score
from dlteach.models.beam_search import BeamNode, BeamResult, beam_search
from dlteach.models.char_rnn import CharRnn
from dlteach.models.convnet import ConvNet, DropoutConvNet
from dlteach.models.decoding import Hypothesis, greedy, sample
from dlteach.models.dynamic_programming import Plan, action_values, policy_iteration, policy_values, value_iteration
from dlteach.models.environment import Environment, OneHotObservations
from dlteach.models.gan import GAN, discriminator_step, generator_step, train_gan
from dlteach.models.gridworld import CLIFF_WALKING, GridWorld, Mdp
from dlteach.models.lenet import LeNet5
from dlteach.models.linear_regression import linear_gradient, linear_predict, solve_linear_regression, train_linear_regression
from dlteach.models.mlp import MLP
from dlteach.models.pca import PCA, fit_pca
from dlteach.models.perceptron import PerceptronFit, perceptron_predict, perceptron_step, train_perceptron
from dlteach.models.reinforce import discounted_returns, policy_gradient_loss, policy_network, run_episode, train_reinforce
from dlteach.models.seq2seq import Seq2Seq
from dlteach.models.sequence_classifier import SequenceClassifier
from dlteach.models.softmax_regression import softmax_regression_gradient, softmax_regression_predict, train_softmax_regression
from dlteach.models.temporal_difference import Learned, epsilon_greedy, follow, q_learning, q_learning_step, sarsa, sarsa_step
from dlteach.models.transformer import Transformer, TransformerState
from dlteach.models.transformer_blocks import DecoderBlock, EncoderBlock
from dlteach.models.vae import VAE, vae_loss

__all__ = [
    "CLIFF_WALKING",
    "GAN",
    "MLP",
    "PCA",
    "VAE",
    "AttentionSeq2Seq",
    "AttentionState",
    "Autoencoder",
    "BeamNode",
    "BeamResult",
    "CharRnn",
    "ConvAutoencoder",
    "ConvNet",
    "DecoderBlock",
    "DenseAutoencoder",
    "DropoutConvNet",
    "EncoderBlock",
    "Environment",
    "GaussianNoise",
    "GridWorld",
    "Hypothesis",
    "LeNet5",
    "Learned",
    "Mdp",
    "OneHotObservations",
    "PerceptronFit",
    "Plan",
    "Seq2Seq",
    "SequenceClassifier",
    "Transformer",
    "TransformerState",
    "action_values",
    "anomaly_score",
    "beam_search",
    "discounted_returns",
    "discriminator_step",
    "epsilon_greedy",
    "fit_pca",
    "follow",
    "generator_step",
    "greedy",
    "linear_gradient",
    "linear_predict",
    "perceptron_predict",
    "perceptron_step",
    "policy_gradient_loss",
    "policy_iteration",
    "policy_network",
    "policy_values",
    "q_learning",
    "q_learning_step",
    "run_episode",
    "sample",
    "sarsa",
    "sarsa_step",
    "softmax_regression_gradient",
    "softmax_regression_predict",
    "solve_linear_regression",
    "train_gan",
    "train_linear_regression",
    "train_perceptron",
    "train_reinforce",
    "train_softmax_regression",
    "vae_loss",
    "value_iteration",
]
