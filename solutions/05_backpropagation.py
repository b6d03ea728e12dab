# %% [markdown]
# # 5 · Backpropagation
#
# **First run everything: *Run → Run All Cells* in the menu.** The pictures that move need Python at work; in a notebook
# that you have just opened they say "model not found" until then.
#
# A network is a long formula with thousands of numbers in it that nobody chose: the weights. To make it learn, you
# must know for *every one* of them whether it should go up or down, and how much that would help. Trying them one by
# one would take thousands of runs of the network for a single step. **Backpropagation** finds all of them in one walk
# from the end of the formula back to its beginning. It is the chain rule from school, applied in a clever order, and
# nearly everything that is called deep learning rests on it.
#
# **When you are done, you can**
#
# - follow a number forward through a network and its gradient backward, by hand;
# - write the forward and backward pass of every station in it: affine layer, ReLU, sigmoid, softmax with
#   cross-entropy;
# - put them together into a network that learns, with nothing but NumPy;
# - find out whether a gradient is right, before it costs you an evening;
# - train your own network to read handwritten digits, and look at its mistakes.
#
# **What you need:** derivatives from school, NumPy arrays and `@`, and gradient descent (lesson 02). Logistic
# regression (lesson 04) helps. **How long:** 60 to 90 minutes; there are good places to stop after sections 3 and 5.
#
# **How checking works:** write your lines in place of `raise NotImplementedError()`, run the cell, then run the check
# below it: it says what is right, what is wrong and what to think about next. (The bare number under its answer is your
# points, for the gradebook.) Try as often as you like. If you skip an exercise, the rest of the lesson goes on with our
# version, and says so: "using ours".

# %%
import numpy as np
from dlteach import progress, use

# %% [markdown]
# ## 1 The chain rule, one neuron at a time
#
# ### Slopes multiply
#
# Imagine three cogwheels. When the first turns once, the second turns 3 times; when the second turns once, the third
# turns twice. Turn the first one once: the third turns 3 · 2 = 6 times. That is the chain rule. If $u$ depends on $x$
# and $L$ depends on $u$, then
#
# $$\frac{dL}{dx} = \frac{dL}{du} \cdot \frac{du}{dx}$$
#
# In words: *how much the end moves when the start moves* is the product of the slopes on the way.
#
# ### Forward
#
# Now a real neuron, the one from logistic regression, with one input $x$, one weight $w$ and a bias $b$. It works in
# three steps; we call them *stations*, since numbers pass through them in both directions. It multiplies and adds, it
# squashes the sum $z$ into a probability $p$, and $p$ is compared with the label $y$, which gives the loss $L$:
#
# | station | formula | with $x = 2$, $w = 0.5$, $b = -0.5$, $y = 1$ |
# |---|---|---|
# | weighted sum | $z = w \cdot x + b$ | $0.5 \cdot 2 - 0.5 = 0.5$ |
# | sigmoid | $p = 1 / (1 + e^{-z})$ | $0.622$ |
# | loss | $L = -\log p$ (for $y = 1$; natural logarithm) | $0.474$ |
#
# ### Backward
#
# We want to know what a little more $w$ would do to $L$. Each station knows its own slope, and nothing else:
#
# $$\frac{dL}{dp} = -\frac{1}{p} = -1.607 \qquad \frac{dp}{dz} = p\,(1-p) = 0.235 \qquad \frac{dz}{dw} = x = 2 \qquad \frac{dz}{db} = 1$$
#
# Start at the loss and walk back. $dL/d\text{something}$ is called the **gradient** of the loss with respect to that
# something. The one that arrives at a station from the loss's side is its **upstream gradient**; the station multiplies
# it by its own slope and passes the product on:
#
# $$\frac{dL}{dz} = -1.607 \cdot 0.235 = -0.378 \qquad \frac{dL}{dw} = -0.378 \cdot 2 = -0.755$$
#
# $$\frac{dL}{db} = -0.378 \cdot 1 = -0.378$$
#
# The number $dL/dz$ was computed *once* and served twice. That is why we walk backwards: whatever lies nearer to the
# loss is shared by all that lies behind it. (And look: $-0.378$ is exactly $p - y = 0.622 - 1$. You will meet this
# again.)
#
# We write the gradient of the loss with respect to `z` as `dz` in code, that of `w` as `dw`, and so on: always "d
# something" for "how much the loss moves when that something moves".
#
# ### Watch it
#
# The next two cells make a picture that moves. There is no need to read the first one.

# %% play=true
import matplotlib.pyplot as plt
from dlteach.widgets import explore_backpropagation, explore_network

BLUE, ORANGE, GREEN = "#0072B2", "#C44E00", "#009E73"  # colours that colour-blind readers can tell apart

# %% play=true
explore_backpropagation("neuron", x=2.0, w=0.5, b=-0.5, y=1)

# %% [markdown]
# *The picture:* the neuron as a graph. Boxes are numbers that go in and stations: x, w and b meet in the weighted sum
# (`affine`, which is what a sum of products plus a bias is called), then come the sigmoid and the loss. On every
# arrow the upright number (blue, →) is the value going forward, and the slanted number (orange, ←) is the gradient of
# the loss coming back. It takes nine steps: three for the values z = 0.5, p = 0.622 and L = 0.474, then six for the
# gradients, from 1 at the far right (the loss moves exactly as much as itself) to −0.189 at x.
#
# **How to use it**
#
# - **Time:** ▶ plays and pauses; the buttons beside it go one step back or forth, or to either end; the long slider
#   goes anywhere. While that slider has the focus (click it, or go there with Tab), keys do the same: Space, ← and →,
#   Home and End.
# - **Controls:** change x, w, b or the label y, and Python computes everything anew.
# - **Numbers:** the line below the picture says what happens in this step, and the equation is the chain rule with the
#   numbers of this step in it. Point at an arrow to read what is on it, or open *Numbers at this step* for all.
#
# **Play:** go through it step by step, once, and find every number of the text above. Then try y = 0; try w = 5 (a
# confident neuron); try x = 0: which gradient is 0 then, and why?
#
# <details>
# <summary>Answer</summary>
#
# That of `w`: it is $dz \cdot x$. With an input of 0 the weight makes no difference to anything, so it cannot be
# blamed.
#
# </details>

# %% [markdown]
# **Predict, then reveal.** The next picture stops on its way back and asks. Play it, work out the number, type it in.
# (Everything you need is on the arrows.)

# %% play=true
explore_backpropagation("neuron", x=-1.0, w=2.0, b=0.5, y=0, ask="w")

# %% [markdown]
# *The picture:* the same neuron with x = −1, w = 2, b = 0.5 and the label 0. Forward come z = −1.5, p = 0.182 and L =
# 0.201; backward 1, then 1.223, then 0.182 at z. There it stops, and asks for the gradient of w.
#
# <details>
# <summary>Answer</summary>
#
# $dw = dz \cdot x = 0.182 \cdot (-1) = -0.182$. (The picture takes anything within 0.02 of it.)
#
# </details>

# %% [markdown]
# **Predict, then look.** The gradient of `w` is −0.755. If you make `w` a little *larger*, does the loss go up or
# down? And what will a step of gradient descent do with `w`?
#
# <details>
# <summary>Answer</summary>
#
# Down: the gradient is negative, so the loss falls as `w` grows, by about 0.755 times the nudge. Gradient descent goes
# *against* the gradient, `w - lr * dw`, so it makes `w` larger. That makes sense: the label is 1, and a larger `w`
# pushes p towards 1.
#
# </details>
#
# ### Update
#
# Forward, backward, update; and again. That is all of learning. Here are five rounds with the neuron above (`lr` is the
# learning rate of lesson 02):

# %% play=true
def learn(x=2.0, w=0.5, b=-0.5, lr=0.5, turns=5):
    for turn in range(turns):
        z = w * x + b  # forward
        p = 1 / (1 + np.exp(-z))
        loss = -np.log(p)  # the label y is 1
        dz = p - 1  # backward: loss and sigmoid in one, p - y, as we saw
        dw, db = dz * x, dz
        print(f"turn {turn}: w = {w:.3f}  b = {b:+.3f}  p = {p:.3f}  loss = {loss:.3f}  dw = {dw:+.3f}  db = {db:+.3f}")
        w, b = w - lr * dw, b - lr * db  # update


learn(x=2.0, w=0.5, b=-0.5, lr=0.5, turns=5)

# %% [markdown]
# Line by line p climbs towards 1 and the loss falls; the gradients shrink, so the steps do too.
#
# ### Where paths part, gradients add up
#
# One more rule, and you know everything there is to know. Suppose $x$ reaches the loss on *two* paths: $u = 3x$ and
# $v = 5x$, and $L = u + 2v$. Then a nudge of $x$ arrives by both paths, and the effects add up:
# $1 \cdot 3 + 2 \cdot 5 = 13$. In general
#
# $$\frac{dL}{dx} = \frac{dL}{du} \cdot \frac{du}{dx} + \frac{dL}{dv} \cdot \frac{dv}{dx}$$
#
# **Multiply along a path, add up over paths.** In a layer every input feeds every unit, so there are many paths, and
# sums everywhere.

# %% play=true
explore_backpropagation("two_paths", x=1.0, a=3.0, b=5.0, c=2.0)

# %% [markdown]
# *The picture:* x comes to a fork and goes two ways (its two copies are called x1 and x2). On one it is multiplied by
# a = 3, which gives u = 3; on the other by b = 5, which gives v = 5; then the two meet in L = u + 2v = 13. On the way
# back 1 goes to u and 2 to v; through the products they become 3 and 10; and at the fork they add up: the gradient of x
# is 13.
#
# **Play:** find an a and a b for which x makes no difference to L at all, though both paths carry something.
#
# <details>
# <summary>Answer</summary>
#
# Any with $a + 2b = 0$: a = 2 and b = −1, for example. What x does to L by one path it undoes by the other. (You may
# change c instead.)
#
# </details>

# %% [markdown]
# ## 2 A layer of neurons, forward
#
# A *layer* is a row of H neurons that all look at the same D inputs. Neuron $j$ has a weight $w_{ij}$ for each input
# $i$ and a bias $b_j$ of its own. And instead of one sample we push a *batch* of N samples through at once, one
# sample per row:
#
# $$\text{out}_{nj} = \sum_{i=1}^{D} x_{ni}\, w_{ij} + b_j$$
#
# The sum runs over the index $i$ that $x$ and $w$ share. Such a sum is a **matrix product**, $\text{out} = x\,w + b$,
# and in NumPy `@` computes it for all samples and neurons at once.
#
# | name | shape | what it is |
# |---|---|---|
# | `x` | (N, D) | the batch: N samples, D features each |
# | `w` | (D, H) | the weights: a row for each input, a column for each neuron |
# | `b` | (H,) | the biases; NumPy adds them to every row |
# | `out` | (N, H) | for every sample, the sums of all H neurons |
#
# This is called an **affine** (or dense, or linear) layer. In a network its sums then pass through a bent function such
# as the sigmoid, the *activation*; that is a station of its own, and comes in section 4.
#
# **Predict, then look.** How many numbers does a layer from 64 inputs to 32 neurons have to learn?
#
# <details>
# <summary>Answer</summary>
#
# 64 · 32 weights and 32 biases: 2048 + 32 = **2080**. In general a dense layer from n to m units has n·m + m
# parameters.
#
# </details>

# %% [markdown]
# **Find the misprint.** Two sentences from course notes that go round the web; each has one mistake in it.
#
# 1. "A neuron multiplies its inputs by the weights, adds these products up, multiplies the sum by the bias and
#    applies its activation."
# 2. "A dense layer from 784 to 128 units has 784 · 128 = 100,352 parameters."
#
# <details>
# <summary>Answer</summary>
#
# 1. The bias is **added**. Multiplying would be useless: with inputs of 0 the sum would be 0 whatever the bias, and
#    one more factor does nothing that the weights could not do already.
# 2. The biases are forgotten: 784 · 128 + 128 = **100,480**.
#
# </details>

# %% [markdown]
# Your function also returns a **cache**: what the backward pass will need to know again. For the affine layer that is
# `(x, w)`.

# %% exercise="affine_forward"
def affine_forward(x, w, b):
    """The affine layer, forward.

    x (N, D), w (D, H), b (H,)  ->  out (N, H) and the cache
    """
    # BEGIN SOLUTION
    out = x @ w + b
    # END SOLUTION
    cache = (x, w)
    return out, cache


# %% [markdown]
# ## 3 A layer of neurons, backward
#
# Now the heart of the lesson. The rest of the network, above this layer, has already told us `dout`: how much the
# loss moves when each output moves. It has the shape of `out`, (N, H). We want three things: `dx`, `dw` and `db`.
#
# **A rule that catches half of all mistakes: a gradient has exactly the shape of the thing it belongs to.** `dx` is
# (N, D) like `x`, `dw` is (D, H) like `w`, `db` is (H,) like `b`.
#
# ### Take one number of each and ask: which paths lead from it to the loss?
#
# **One input, $x_{ni}$.** It feeds all H neurons, neuron $j$ with weight $w_{ij}$. So it reaches the loss by H paths:
# multiply along each, add up.
#
# $$dx_{ni} = \sum_{j=1}^{H} \text{dout}_{nj}\, w_{ij}$$
#
# **One weight, $w_{ij}$.** It is used once for every sample, and there it is multiplied by $x_{ni}$. So there are N
# paths.
#
# $$dw_{ij} = \sum_{n=1}^{N} x_{ni}\, \text{dout}_{nj}$$
#
# **One bias, $b_j$.** It too is used once for every sample, and there it is simply added: its slope is 1.
#
# $$db_{j} = \sum_{n=1}^{N} \text{dout}_{nj}$$
#
# Each of the first two is a sum over an index that two arrays share: that is what a matrix product is. It remains to
# find out which array comes first, and which is transposed. The shapes will tell you: in a product `a @ b` the last
# size of `a` and the first of `b` must be the same, and it is the one that disappears. (`a.T` is `a` transposed: rows
# become columns, so (2, 5) becomes (5, 2).)
#
# **Predict, then look.** One sample, one input, two neurons: `w = [[1, 2]]`, and from above comes `dout = [[1, -1]]`.
# What is `dx`?
#
# <details>
# <summary>Answer</summary>
#
# Two paths: 1 · 1 + (−1) · 2 = **−1**. The first neuron would like the input to be smaller (its gradient is
# positive), the second would like it larger, and the second has more weight.
#
# </details>

# %% [markdown]
# **Find the misprint.** A widely copied slide says: "$dx_i = \text{dout} \cdot \sum_j w_{ij}$: take the upstream
# gradient, and multiply it by the sum of the weights." What would it give in the little example above, and what is
# wrong?
#
# <details>
# <summary>Answer</summary>
#
# It cannot even be computed there: *which* upstream gradient, 1 or −1? Each neuron has its own. So the upstream
# gradient belongs **inside** the sum: $dx_i = \sum_j \text{dout}_j\, w_{ij}$, each weight times the gradient of the
# neuron it leads to. The slide is right only if all neurons happen to have the same upstream gradient, or if there is
# just one neuron; that may be why it goes unnoticed.
#
# </details>

# %% [markdown]
# **Why no 1/N?** The loss is a mean over the batch. When the loss sends its gradient back, the 1/N is already in it.
# The layers below only add up.
#
# The function gets the cache of the forward pass and takes it apart in its first line, which is written already.

# %% exercise="affine_backward"
def affine_backward(dout, cache):
    """The affine layer, backward.

    dout (N, H), cache = (x, w) with x (N, D) and w (D, H)  ->  dx (N, D), dw (D, H), db (H,)
    """
    x, w = cache
    # BEGIN SOLUTION
    dx = dout @ w.T
    dw = x.T @ dout
    db = dout.sum(axis=0)
    # END SOLUTION
    return dx, dw, db


# %% [markdown]
# ## 4 Activations
#
# Two affine layers, one after the other, are no more than a single affine layer: $(x\,w_1)\,w_2 = x\,(w_1 w_2)$, and
# the two biases also melt into one. Only something *bent* between them makes depth worth having. That is the
# activation: a function applied to every number by itself. From now on $x$ is whatever enters the station we look at,
# here the sums of a layer.
#
# $$\text{ReLU}(x) = \max(0, x) \qquad\qquad \sigma(x) = \frac{1}{1 + e^{-x}}$$

# %% play=true
def activation_picture(low=-6.0, high=6.0):
    x = np.linspace(low, high, 1000)
    curves = {"ReLU": [max(0.0, number) for number in x], "sigmoid": 1 / (1 + np.exp(-x))}
    _, axes = plt.subplots(1, 2, figsize=(10, 3))
    for ax, (name, value) in zip(axes, curves.items()):
        ax.plot(x, value, color=BLUE, label=f"{name}(x)")
        ax.plot(x, np.gradient(value, x), color=ORANGE, linestyle="--", label="its slope")  # measured, from point to point
        ax.set(title=name, xlabel="x (no unit)", ylabel="value (no unit)", ylim=(-0.1, 1.6 if name == "ReLU" else 1.1))
        ax.grid(alpha=0.3)
        ax.legend()
    plt.show()


activation_picture(low=-6.0, high=6.0)

# %% [markdown]
# *The picture:* left, the ReLU (solid line) is 0 up to x = 0 and then rises along y = x; its slope (dashed) jumps
# from 0 to 1. Right, the sigmoid (solid) climbs from 0 to 1 in an S; its slope (dashed) is a low hill, 0.25 at x = 0
# and nearly nothing beyond ±5.
#
# **Play:** set `low=-20.0, high=20.0`. How much of the line has a sigmoid slope that you can still see?
#
# <details>
# <summary>Answer</summary>
#
# About a quarter of it, from −5 to 5. Everywhere else the sigmoid is flat: it has *saturated*.
#
# </details>

# %% [markdown]
# ### ReLU
#
# Forward: the larger of 0 and x, for every number of the array. The cache is the input `x`.

# %% exercise="relu_forward"
def relu_forward(x):
    """ReLU, forward: x of any shape -> out of the same shape, and the cache. `x` is not changed."""
    # BEGIN SOLUTION
    out = np.maximum(0, x)
    # END SOLUTION
    cache = x
    return out, cache


# %% [markdown]
# Backward: the slope is 1 where $x > 0$ and 0 where $x < 0$. So the ReLU is a gate: where the unit was on, the
# gradient passes unchanged; where it was off, nothing passes. (Exactly at 0 there is a corner and no slope. It hardly
# ever happens; most libraries, and we, take 0.)
#
# $$dx = \text{dout} \cdot \begin{cases} 1 & x > 0 \\ 0 & x < 0 \end{cases}$$

# %% exercise="relu_backward"
def relu_backward(dout, cache):
    """ReLU, backward: dout and cache = x, both of the same shape -> dx of that shape. `dout` is not changed."""
    x = cache
    # BEGIN SOLUTION
    dx = dout * (x > 0)
    # END SOLUTION
    return dx


# %% [markdown]
# ### Sigmoid
#
# Forward: $\text{out} = 1 / (1 + e^{-x})$. Mind the minus sign; many printed formulas have lost it. For x far below 0,
# such as −1000, the exponential becomes infinite, and NumPy warns; but 1 divided by infinity is 0, which is right. A
# warning costs nothing here.
#
# The cache is the *output* this time. In a moment you will see why.

# %% exercise="sigmoid_forward"
def sigmoid_forward(x):
    """Sigmoid, forward: x of any shape -> out of the same shape, between 0 and 1, and the cache."""
    # BEGIN SOLUTION
    out = 1 / (1 + np.exp(-x))
    # END SOLUTION
    cache = out
    return out, cache


# %% [markdown]
# Backward: we need the slope. With the rule for $1/u$ and $u = 1 + e^{-x}$, whose own slope is $-e^{-x}$:
#
# $$\sigma'(x) = \frac{e^{-x}}{(1 + e^{-x})^2} = \frac{1}{1 + e^{-x}} \cdot \frac{e^{-x}}{1 + e^{-x}}
# = \sigma(x)\,\bigl(1 - \sigma(x)\bigr)$$
#
# So the slope can be written with the output alone: no exponential has to be computed again. That is what the cache
# was for.
#
# $$dx = \text{dout} \cdot \text{out} \cdot (1 - \text{out})$$
#
# **Predict, then look.** How large can $\sigma'$ be at most? And what is left of a gradient of 1 after it has passed
# back through ten sigmoids, at the very best?
#
# <details>
# <summary>Answer</summary>
#
# out · (1 − out) is largest in the middle, at out = ½: one quarter. After ten of them at most (1/4)¹⁰, about
# 0.000001. The first layers of such a network hardly learn: this is the *vanishing gradient*, and one reason why
# hidden layers use ReLU today.
#
# </details>

# %% exercise="sigmoid_backward"
def sigmoid_backward(dout, cache):
    """Sigmoid, backward: dout and cache = out, both of the same shape -> dx of that shape."""
    out = cache
    # BEGIN SOLUTION
    dx = dout * out * (1 - out)
    # END SOLUTION
    return dx


# %% [markdown]
# ### Your functions at work
#
# Here is the neuron of section 1 again, but now the gradients are sent back by *your* `affine_backward` and
# `sigmoid_backward`, right or wrong, as you have written them above. Ours run beside them: where the two differ, our
# number stands behind yours in brackets, and the note below the picture says which of your functions was the first to
# part from ours, and takes you there. (If a function is not written yet or stops with an error, the picture says so
# and shows ours. After you have changed a function, run its cell *and* this one.)

# %% play=true
explore_backpropagation("neuron", backward={"affine": affine_backward, "sigmoid": sigmoid_backward})

# %% [markdown]
# *The picture:* the graph of section 1. With two right functions all numbers are those of section 1 (−1.607 at p,
# −0.378 at z, −0.755 at w), and the note says that yours agree with ours. (With a single input and a single neuron all
# arrays have one entry, so a forgotten transpose does not show here; the check sees it.)
#
# **Play:** break something! Leave out the upstream gradient in your `sigmoid_backward`, as in `dx = out * (1 - out)`,
# and run both cells. What happens to the gradients *behind* the sigmoid, though `affine_backward` is right? (Then
# mend it again.)
#
# <details>
# <summary>Answer</summary>
#
# They are wrong as well: at z arrives 0.235 instead of −0.378, and everything behind is a multiple of it. One wrong
# station spoils all that lies behind it. So look for a mistake where the numbers part *first*, counted from the loss.
#
# </details>

# %% [markdown]
# ### Put together: logistic regression
#
# Affine, then sigmoid: that is the whole model of lesson 04, now made of stations. The loss of a sample is $-\log p$
# if its label $y$ is 1 and $-\log(1 - p)$ if it is 0, so its slope is $-1/p$ or $1/(1-p)$. In the loop below, read
# the two lines that go forward, then the three that come back: they visit the same stations in the opposite order.
# `use` gives your function if it passes its check, and ours otherwise. The data are 200 points in the plane, of two
# classes.

# %% play=true
from dlteach.data import load

affine, affine_back = use("affine_forward"), use("affine_backward")  # yours, if they pass their checks
squash, squash_back = use("sigmoid_forward"), use("sigmoid_backward")


def logistic_regression(x, y, lr=1.0, epochs=300):
    w, b = np.zeros((x.shape[1], 1)), np.zeros(1)
    y = y.reshape(-1, 1)
    for _ in range(epochs):
        z, affine_cache = affine(x, w, b)  # forward
        p, squash_cache = squash(z)
        dp = np.where(y == 1, -1 / p, 1 / (1 - p)) / len(y)  # backward: first the loss, whose mean brings in 1/N
        dz = squash_back(dp, squash_cache)
        _, dw, db = affine_back(dz, affine_cache)
        w, b = w - lr * dw, b - lr * db  # update
    return w, b


moons = load("moons", n=200, rng=np.random.default_rng(0))
moons_w, moons_b = logistic_regression(moons.x, moons.y, lr=1.0, epochs=300)
right = (affine(moons.x, moons_w, moons_b)[0][:, 0] > 0) == moons.y  # z > 0 means p > 0.5
for label, (colour, marker) in enumerate([(BLUE, "o"), (ORANGE, "^")]):
    plt.scatter(*moons.x[moons.y == label].T, color=colour, marker=marker, edgecolor="white", label=f"class {label}")
ends = np.array([-1.5, 2.5])
plt.plot(ends, -(moons_w[0, 0] * ends + moons_b[0]) / moons_w[1, 0], color="black", linestyle="--", label="p = 0.5")
plt.gca().set(xlabel="x1 (no unit)", ylabel="x2 (no unit)", ylim=(-1, 1.5))
plt.title(f"One neuron gets {right.mean():.0%} right")
plt.legend()
plt.show()

# %% [markdown]
# *The picture:* two half moons that reach into each other, circles and triangles. One neuron can only draw a straight
# line (dashed): it cuts off the tip of each moon, and gets about 88 % right. No choice of weights can do much better.
# For more, we need a hidden layer; but first, more than two classes.

# %% [markdown]
# ## 5 Many classes: softmax and cross-entropy
#
# For C classes the last layer gives C numbers for each sample, the **logits** $s_0 \dots s_{C-1}$ (classes count from
# 0, like NumPy's columns): the larger, the more the network believes in that class. **Softmax** turns them into
# probabilities: make them positive with the exponential, then divide by their total.
#
# $$p_c = \frac{e^{s_c}}{\sum_k e^{s_k}}$$
#
# Here $c$ is the class in question, and the sum runs over all classes $k$. With the logits (0, 1), for example, the
# exponentials are 1 and 2.718, their total is 3.718, and the probabilities are 0.27 and 0.73.
#
# One thing needs care: $e^{1000}$ is too large for the computer, which makes it infinity, and infinity / infinity is
# `nan`, "not a number". The remedy is pretty. Taking the same number $m$ off all logits of a row changes nothing, since
# $e^{s - m} = e^s / e^m$: top and bottom are divided by the same factor. So let $m$ be the row's largest logit. Then
# the largest exponent is 0, and nothing can overflow.
#
# **Predict, then look.** What is the softmax of (1, 1, 1, 1)? Of (1001, 1001, 1001, 1001)?
#
# <details>
# <summary>Answer</summary>
#
# (¼, ¼, ¼, ¼), both times: only the *differences* between logits count.
#
# </details>

# %% [markdown]
# **A NumPy idiom you will need:** along `axis=1` an array (N, C) is summed row by row. The N sums come as a flat (N,),
# which NumPy cannot line up with the rows of (N, C). `a.sum(axis=1, keepdims=True)` keeps them as a column, (N, 1):
# then each sum meets its own row. `max` can do the same.

# %% exercise="softmax"
def softmax(logits):
    """Softmax of every row: logits (N, C) -> probabilities (N, C). Each row sums to 1; logits of ±1000 do no harm."""
    # BEGIN SOLUTION
    shifted = logits - logits.max(axis=1, keepdims=True)
    exponentials = np.exp(shifted)
    probabilities = exponentials / exponentials.sum(axis=1, keepdims=True)
    # END SOLUTION
    return probabilities


# %% [markdown]
# ### The loss
#
# **Cross-entropy** looks only at the probability of the *right* class and takes minus its logarithm: 0 if the network
# was sure and right, large if it was sure and wrong. The loss of a batch is the mean. With $y_n$ the label of sample
# $n$, a whole number from 0 to C − 1,
#
# $$L = -\frac{1}{N} \sum_{n} \log p_{n, y_n}$$
#
# The logarithm of the softmax is simpler than the softmax itself: the log of a quotient is a difference of logs, and
# the log undoes the exponential on top. For one row with label $y$:
#
# $$-\log p_y = -s_y + \log \sum_k e^{s_k}$$
#
# Compute it like this, with the shifted logits in *both* parts. Then a confident mistake (the right class lies 1000
# below the winner) costs 1000. Computed as `log(softmax(...))` it would cost infinity, since the probability was
# rounded to 0 on the way.
#
# ### Its gradient
#
# Differentiate that line with respect to one logit $s_c$. The first part gives $-1$ if $c$ is the right class and 0
# otherwise. The second part, by the chain rule, gives one over the sum (the slope of the log) times $e^{s_c}$ (the only
# term of the sum that moves): that is $p_c$ again. So for a batch, where the mean brings in $1/N$:
#
# $$\text{dlogits}_{nc} = \frac{1}{N} \Bigl( p_{nc} - \begin{cases} 1 & c = y_n \\ 0 & \text{otherwise} \end{cases} \Bigr)$$
#
# *Probability minus truth*, as with the single neuron in section 1. This is why softmax and loss are made into one
# station. (The truth, 1 for the right class and 0 for the others, is often written as a row of its own: the *one-hot*
# vector.)
#
# **Predict, then look.** A batch of one, the probabilities are (0.7, 0.2, 0.1), and the right class is 1. What is
# `dlogits`? And what is its sum?
#
# <details>
# <summary>Answer</summary>
#
# (0.7, −0.8, 0.1). The sum is 0, as in every row: what one class gains the others lose.
#
# </details>

# %% [markdown]
# **Another NumPy idiom:** `a[np.arange(N), labels]` takes one entry from each row of `a`: row 0 at column
# `labels[0]`, row 1 at column `labels[1]`, and so on. It works on the left of `-=` as well.

# %% exercise="softmax_cross_entropy"
def softmax_cross_entropy(logits, labels):
    """Softmax and cross-entropy in one.

    logits (N, C), labels (N,) whole numbers from 0 to C - 1  ->  the mean loss (a float) and dlogits (N, C)
    """
    # BEGIN SOLUTION
    rows = np.arange(len(labels))
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    loss = -log_p[rows, labels].mean()
    dlogits = np.exp(log_p)
    dlogits[rows, labels] -= 1
    dlogits /= len(labels)
    # END SOLUTION
    return loss, dlogits


# %% play=true
cross_entropy = use("softmax_cross_entropy")


def softmax_picture(logits=(2.0, 1.0, -1.0), label=1):
    logits = np.array([logits])
    loss, dlogits = cross_entropy(logits, np.array([label]))
    p = dlogits[0] + np.eye(logits.shape[1])[label]
    names = [f"class {c}" + (" (right)" if c == label else "") for c in range(logits.shape[1])]
    fig, axes = plt.subplots(1, 3, figsize=(12, 2.8))
    panels = [("logits", logits[0], BLUE, (None, None)), (f"probabilities, loss {loss:.2f}", p, GREEN, (0, 1.2))]
    panels += [("dlogits", dlogits[0], ORANGE, (-1.3, 1.3))]
    for ax, (title, numbers, colour, limits) in zip(axes, panels):
        bars = ax.bar(names, numbers, color=colour)
        ax.bar_label(bars, fmt="%.2f")
        ax.axhline(0, color="black", linewidth=0.8)
        ax.margins(y=0.2)
        ax.set(title=title, xlabel="class", ylabel="value (no unit)", ylim=limits)
    fig.tight_layout()
    plt.show()


softmax_picture(logits=(2.0, 1.0, -1.0), label=1)

# %% [markdown]
# *The picture:* three bar charts for one sample. Left the logits 2, 1 and −1; in the middle their probabilities,
# 0.71, 0.26 and 0.04; right the gradient, which is negative for the right class (its logit should rise) and positive
# for the others, in proportion to how much was wrongly believed. The gradients of a row add up to 0.
#
# **Play:** make the network sure and right, `logits=(-1.0, 6.0, -1.0)`; then sure and wrong, `logits=(6.0, -1.0, -1.0)`.
# How large does the gradient get at most?
#
# <details>
# <summary>Answer</summary>
#
# Sure and right: nearly 0, there is nothing left to learn. Sure and wrong: nearly −1 for the right class and +1 for the
# wrong one, and never beyond, since a probability lies between 0 and 1.
#
# </details>

# %% [markdown]
# ## 6 A network with a hidden layer
#
# Now the stations are strung together: affine, ReLU, affine, and a loss at the end. Before you write it for batches
# and classes, watch it once with plain numbers: one input, *one* hidden unit, and a sigmoid at the end as in section 1.
# The first affine layer gives `z`, the ReLU makes `h` of it, the second affine layer gives `s`, and `p` is its sigmoid.

# %% play=true
yours = {"affine": affine_backward, "relu": relu_backward, "sigmoid": sigmoid_backward}
explore_backpropagation("hidden_unit", x=2.0, w1=1.0, b1=-0.5, w2=-1.0, b2=0.5, y=1, backward=yours)

# %% [markdown]
# *The picture:* the graph of the small network, drawn as in section 1: upright blue numbers go forward, slanted
# orange ones come back, sent by your backward functions as far as they work. Forward the input 2 becomes 1.50 in the
# first affine layer, passes the ReLU unchanged, becomes −1.00 in the second, and the loss is 1.31. Backward, if all
# is right, 1 becomes −0.73 at the second affine layer, 0.73 at the ReLU and in the first layer; the weight w1 gets
# 1.46.
#
# **Play:** set w1 to −1. The hidden unit is off now. What has become of all gradients behind it? Then choose another
# activation.
#
# <details>
# <summary>Answer</summary>
#
# They are 0: nothing gets through a closed gate, neither to `w1` and `b1` nor to `x`. The gradient of `w2` is 0 too,
# since $h = 0$; only `b2` still learns. With the sigmoid something gets through, but little: at most a quarter at each
# station. (The tanh is a sigmoid stretched to reach from −1 to 1; its slope is $1 - \text{out}^2$, and it has no
# exercise here.)
#
# </details>

# %% [markdown]
# **By hand.** Now it is your turn: the next picture stops before w1 and asks. Cover the orange numbers and work them
# out from right to left: `ds = p - y`; then `dw2 = ds * h`, `db2 = ds` and `dh = ds * w2`; then through the ReLU to
# `dz`; then `dw1 = dz * x` and `db1 = dz`. Three multiplications and a gate, and you have done backpropagation.

# %% play=true
explore_backpropagation("hidden_unit", x=-1.0, w1=-2.0, b1=1.0, w2=0.5, b2=-1.5, y=0, ask="w1")

# %% [markdown]
# *The picture:* the same network with other numbers: x = −1, w1 = −2, b1 = 1, w2 = 0.5, b2 = −1.5 and the label 0.
# Forward come z = 3, h = 3, s = 0 and the loss 0.693; the gradients come back up to z, and there it stops and asks for
# that of w1.
#
# <details>
# <summary>Answer</summary>
#
# $p = \sigma(0) = 0.5$, so ds = 0.5. Then dw2 = 0.5 · 3 = 1.5, db2 = 0.5, dh = 0.5 · 0.5 = 0.25; the gate is open, dz =
# 0.25; **dw1 = 0.25 · (−1) = −0.25**, db1 = 0.25.
#
# </details>
#
# ### For batches and classes
#
# The same with arrays. Here are the names and shapes; above each arrow what goes forward, below it what comes back.
# (The first function of the cell is only the pen.)


# %% play=true
def draw_graph(boxes, arrows, title):
    """Boxes are stations, `name: (x, y)`; each arrow is (from, to, what goes forward, what comes back)."""
    x, y = np.array(list(boxes.values())).T
    _, ax = plt.subplots(figsize=(12, 1.3 + 0.8 * (y.max() - y.min())))
    frame = {"boxstyle": "round,pad=0.4", "facecolor": "white", "edgecolor": "black"}
    look = {"ha": "center", "va": "center", "fontsize": 12, "bbox": frame}
    drawn = {name: ax.text(x, y, name, **look) for name, (x, y) in boxes.items()}
    for start, end, forward, backward in arrows:
        ends = {"patchA": drawn[start].get_bbox_patch(), "patchB": drawn[end].get_bbox_patch()}
        arrow = {"arrowstyle": "->", "shrinkA": 2, "shrinkB": 2, **ends}
        ax.annotate("", boxes[end], boxes[start], arrowprops=arrow)
        middle = np.add(boxes[start], boxes[end]) / 2
        paper = {"facecolor": "white", "edgecolor": "none", "pad": 1}
        words = {"textcoords": "offset points", "ha": "center", "va": "center", "bbox": paper}
        ax.annotate(f"{forward} →", middle, (0, 10), color=BLUE, **words)
        ax.annotate(f"← {backward}", middle, (0, -10), color=ORANGE, style="italic", **words)
    ax.set(xlim=(x.min() - 0.5, x.max() + 0.5), ylim=(y.min() - 0.3, y.max() + 0.3), title=title)
    ax.axis("off")
    plt.show()


first, second, end = "affine 1\nw1, b1", "affine 2\nw2, b2", "softmax\n+ loss"
draw_graph(
    {"x": (-0.3, 0), first: (2.2, 0), "ReLU": (4.4, 0), second: (6.6, 0), end: (9.3, 0), "L": (11.1, 0)},
    [
        ("x", first, "x (N, D)", "not needed"),
        (first, "ReLU", "z (N, H)", "dz (N, H)"),
        ("ReLU", second, "h (N, H)", "dh (N, H)"),
        (second, end, "logits (N, C)", "dlogits (N, C)"),
        (end, "L", "loss", "1"),
    ],
    "A network with one hidden layer",
)

# %% [markdown]
# *The picture:* four stations in a row. Forward: `x` (N, D) → affine 1 → `z` (N, H) → ReLU → `h` (N, H) → affine 2 →
# `logits` (N, C) → softmax and cross-entropy → loss. Backward: `dlogits`, `dh`, `dz`, each with the shape of its
# partner. On the way each affine layer also leaves the gradients of its own `w` and `b`.
#
# The parameters come in a dictionary, `params`, with the keys `w1` (D, H), `b1` (H,), `w2` (H, C) and `b2` (C,). The
# gradients go back in a dictionary *with the same keys*, so that a loop can later pair each parameter with its
# gradient. (`params["w1"]` is the array under the key `"w1"`.)
#
# You may call the functions you wrote above, by their names; where one of them is not right yet, the check takes ours.
# Remember that a forward function returns *two* things. Each cache goes to the backward function of the station it came
# from.
#
# **Predict, then look.** Suppose `w2` is all zeros. Which of the four gradients are zero, whatever the data?
#
# <details>
# <summary>Answer</summary>
#
# Those of the first layer, `w1` and `b1`. On the way back `dh = dlogits @ w2.T`, and with `w2` = 0 nothing gets
# through. (And if `w1` is zero as well, with zero biases, `h` is 0 too, and so is the gradient of `w2`: of the whole
# network only `b2` could still learn. So weights never start at zero.)
#
# </details>

# %% exercise="two_layer_loss"
def two_layer_loss(params, x, labels):
    """Loss and gradients of the network: affine, ReLU, affine, softmax cross-entropy.

    params with w1 (D, H), b1 (H,), w2 (H, C), b2 (C,); x (N, D); labels (N,)
    ->  the loss (a float) and the gradients, a dict with the keys of params
    """
    # BEGIN SOLUTION
    z, affine1_cache = affine_forward(x, params["w1"], params["b1"])
    h, relu_cache = relu_forward(z)
    logits, affine2_cache = affine_forward(h, params["w2"], params["b2"])
    loss, dlogits = softmax_cross_entropy(logits, labels)

    dh, dw2, db2 = affine_backward(dlogits, affine2_cache)
    dz = relu_backward(dh, relu_cache)
    _, dw1, db1 = affine_backward(dz, affine1_cache)
    grads = {"w1": dw1, "b1": db1, "w2": dw2, "b2": db2}
    # END SOLUTION
    return loss, grads


# %% [markdown]
# ## 7 Update, and watch it learn
#
# What is left is the step of lesson 02: every parameter $\theta$ goes a little way against its gradient,
#
# $$\theta \leftarrow \theta - \text{lr} \cdot d\theta$$
#
# and $\theta$ is each array in the dictionary in turn. Return a *new* dictionary and leave the old one as it is: then
# you can keep the parameters from before, compare, and go back. Let it work for any keys, not just our four.

# %% exercise="sgd_step"
def sgd_step(params, grads, lr):
    """One step of gradient descent: a new dict with the keys of params. `params` and its arrays are not changed."""
    # BEGIN SOLUTION
    new_params = {key: params[key] - lr * grads[key] for key in params}
    # END SOLUTION
    return new_params


# %% [markdown]
# ### The training loop
#
# The loop is the one from section 1: forward, backward, update. But computing the gradient on *all* data for every step
# is slow. A small random handful, a **mini-batch**, gives nearly the same direction for a fraction of the work. One
# pass through all data is an **epoch**; the order is shuffled anew each time. This is *stochastic gradient descent*,
# SGD.
#
# And the start: the weights are small random numbers (all alike would stay alike for ever), the biases are zero. The
# last layer starts very small, so that at first the network has no opinion. Why the first layer gets just this size
# is for lesson 06.

# %% play=true
network_loss, step = use("two_layer_loss"), use("sgd_step")
affine, relu = use("affine_forward"), use("relu_forward")


def new_network(inputs, hidden, classes, rng):
    w1 = rng.normal(size=(inputs, hidden)) * np.sqrt(2 / inputs)
    w2 = rng.normal(size=(hidden, classes)) * 0.01
    return {"w1": w1, "b1": np.zeros(hidden), "w2": w2, "b2": np.zeros(classes)}


def train(params, x, y, lr, epochs, batch_size, rng, after_epoch=None):
    for _ in range(epochs):
        order = rng.permutation(len(y))
        losses = []
        for start in range(0, len(y), batch_size):
            batch = order[start : start + batch_size]
            loss, grads = network_loss(params, x[batch], y[batch])  # forward and backward
            params = step(params, grads, lr)  # update
            losses.append(loss)
        if after_epoch:
            after_epoch(params, np.mean(losses))
    return params


def logits_of(params, x):
    h, _ = relu(affine(x, params["w1"], params["b1"])[0])
    return affine(h, params["w2"], params["b2"])[0]


def accuracy(params, x, y):
    return np.mean(logits_of(params, x).argmax(axis=1) == y)


# %% [markdown]
# **Predict, then look.** Three spiral arms, a class each. Every hidden unit contributes one straight fold to the
# picture. How many of the points will your network get right with 2 hidden units? With 4? With 32?

# %% play=true
spirals = load("spirals", n=300, rng=np.random.default_rng(0))
for hidden in (2, 4, 32):
    rng = np.random.default_rng(0)
    params = train(new_network(2, hidden, 3, rng), spirals.x, spirals.y, lr=0.5, epochs=200, batch_size=32, rng=rng)
    print(f"{hidden:2d} hidden units: {accuracy(params, spirals.x, spirals.y):.1%} right")

# %% [markdown]
# With 2 hidden units the plane is cut into wedges, and 43 % of the points are right; with 4 it is 75 %; with 32 the
# borders wind along with the arms, and only one point in 300 is still on the wrong side.
#
# ### Watch it learn
#
# Here is a network at work with what you have built: your `affine_backward` and `relu_backward` send the gradients
# back, your `sgd_step` makes the steps (ours, where yours do not pass their checks yet). There are just two classes
# this time, so one output and a sigmoid do, as in section 1. A quarter of the points is *held out*: the network never
# learns from them, so they show whether it has understood the shape or learnt the points by heart.
#
# It begins with a question: two rings and *two* hidden units, so two folds. How many of the points held out will be
# right in the end? Say what you think, then play it.

# %% play=true
stations = {"affine": use("affine_backward"), "relu": use("relu_backward"), "sigmoid": use("sigmoid_backward")}
explore_network("circles", hidden=(2,), backward=stations, step=use("sgd_step"), ask=True)

# %% [markdown]
# *The picture:* on the left the plane with its points, circles (class 0) and squares (class 1); those held out have a
# ring around them. The tint behind them is the network's answer, from purple (surely class 0) to orange (surely class
# 1), and the line is where it cannot decide. In the middle the network: in every hidden unit a small map of the plane
# that shows where the unit is on; arrows are weights, the thicker the stronger, orange and solid if positive,
# purple and dashed if negative. On the right the loss, for the points it learns from (solid) and for those held out (dashed).
#
# **Play:**
#
# 1. Begin with *units in layer 1*, and leave the other controls as they are. What is the smallest number of units that
#    puts a fence around the inner ring? Look at the little maps: which fold does each unit contribute?
# 2. Take the spirals. Do eight units in one layer do, or does a second layer help?
# 3. Go back to the circles with 8 units, and set the learning rate to 0.01, then to 10.
# 4. Set the noise to 0.5. What do the two losses tell you now?
#
# <details>
# <summary>What you should find</summary>
#
# With two units the fence has two sides and stays open: 72 % of the points held out are right.
#
# 1. Three: three folds make a closed fence, a triangle, and 90 % of the points held out are right; with five units it is
#    every one. (More units do not always do better at once: with four it is 88 %. Another seed may need one more or less.)
# 2. Eight units in one layer get 90 %, a second layer of eight 96 %: units of the second layer fold what is folded
#    already.
# 3. With 0.01 it has hardly begun after 60 epochs; with 10 every step overshoots, and the whole plane ends up in one
#    class: half of the points are right, as by guessing.
# 4. The rings have run into each other, and nothing could tell them apart. The loss of the points it learns from goes
#    down to 0.54; that of the others stops at 0.65, and begins to rise: it learns the noise by heart.
#
# </details>

# %% [markdown]
# ## 8 Your network reads digits
#
# 1,797 handwritten digits, 8×8 pixels each: 64 numbers between 0 (paper) and 16 (ink). Real people wrote them. Can
# your network, which you wrote line by line, learn to read them?
#
# ### First, put something aside
#
# We set aside one fifth of the images as the **test part**, the same share of every digit (a *stratified* split), and
# do not look at them until everything is decided. Whoever chooses the learning rate by the test score has used the test
# for learning. The rest is the **training part**. We split it once more: from four fifths of it the networks learn
# (`x_fit`, `y_fit`), and the last fifth, the **validation part** (`x_val`, `y_val`), is for choosing between them.
#
# The ink is scaled to the range from 0 to 1, pixel by pixel; what is smallest and largest is found on the images to
# learn from alone. (A pixel of another image may then lie a little above 1. That is as it should be.)

# %% play=true
from dlteach.data import fit_min_max, stratified_split

digits = load("digits")
x_train, x_test, y_train, y_test = stratified_split(digits.x, digits.y, 0.2, np.random.default_rng(0))
x_fit, x_val, y_fit, y_val = stratified_split(x_train, y_train, 0.2, np.random.default_rng(0))
fit_scaling = fit_min_max(x_fit)
x_fit, x_val = fit_scaling.apply(x_fit), fit_scaling.apply(x_val)
print(f"to fit {len(y_fit)} images, to choose {len(y_val)}, to test {len(y_test)}")

fig, axes = plt.subplots(1, 10, figsize=(11, 1.6))
for digit, ax in enumerate(axes):
    ax.imshow(x_fit[y_fit == digit][0].reshape(8, 8), cmap="gray_r")
    ax.set(title=str(digit), xticks=[], yticks=[])
fig.supxlabel("8 pixels across, dark is ink", fontsize=9)
plt.show()

# %% [markdown]
# *The picture:* one image of each digit from 0 to 9, coarse but readable.
#
# ### Three questions to ask before you trust a network
#
# Training takes a while, and a wrong gradient often *seems* to learn, only worse. So ask three quick questions first.
#
# **Question 1: is the first loss what it should be?** An untrained network has no opinion: every one of C classes
# gets 1/C, and the loss is $-\log (1/C) = \log C$.
#
# **Predict, then look.** What should it be for ten digits?
#
# <details>
# <summary>Answer</summary>
#
# log 10 ≈ 2.303. A much larger first loss means that the network starts out sure of something, and wrong; a much
# smaller one that it has seen the answers.
#
# </details>

# %% play=true
first_loss, _ = network_loss(new_network(64, 32, 10, np.random.default_rng(0)), x_fit, y_fit)
print(f"first loss {first_loss:.4f}, log 10 = {np.log(10):.4f}")

# %% [markdown]
# **Question 2: is the gradient right?** There is another way to find a gradient, slow but hard to get wrong: nudge
# each parameter a little to both sides and see what the loss does.
#
# $$\frac{dL}{d\theta_i} \approx \frac{L(\theta_i + h) - L(\theta_i - h)}{2h}$$
#
# Here $\theta_i$ is the $i$-th parameter and $h$ the nudge, 0.00001. This is `numerical_gradient` from lesson 02. (You
# wrote it in another notebook, so `use` will take ours below.)
#
# The two gradients, call them $a$ and $b$, will never agree in all digits, so *how* close is close enough? A difference
# of 0.001 is nothing for a gradient of 50, and everything for one of 0.002. We need the error *relative* to the size of
# the numbers, for the entry $i$ where it is worst:
#
# $$\text{error} = \max_i \frac{|a_i - b_i|}{\max(|a_i| + |b_i|,\ 10^{-8})}$$
#
# For $a_i = 3$ and $b_i = 5$ that is 2 / 8 = 0.25. The two max are different things: the one in front picks the worst
# entry; the one below the line compares two numbers, so that two zeros are never divided by zero. Rules of thumb: about
# $10^{-7}$ or less is right; $10^{-4}$ is suspicious, unless a ReLU's corner lies within the nudge; $10^{-2}$ and more
# is a mistake.

# %% exercise="relative_error"
def relative_error(a, b):
    """The largest relative error between two arrays of the same shape, a float between 0 and 1."""
    # BEGIN SOLUTION
    size = np.maximum(np.abs(a) + np.abs(b), 1e-8)
    error = np.max(np.abs(a - b) / size)
    # END SOLUTION
    return error


# %% play=true
slow_gradient, error_of = use("numerical_gradient"), use("relative_error")


def gradient_check(params, x, labels):
    _, fast = network_loss(params, x, labels)

    def slow(key):
        return slow_gradient(lambda array: network_loss({**params, key: array}, x, labels)[0], params[key])

    for key in params:
        print(f"{key}: {params[key].size:4d} numbers, relative error {error_of(fast[key], slow(key)):.1e}")


small = new_network(64, 6, 10, np.random.default_rng(1))
small["w2"] *= 100  # away from zero: gradients that are zero anyway would hide a mistake
gradient_check(small, x_fit[:8], y_fit[:8])

# %% [markdown]
# All four errors are far below $10^{-7}$: the gradient is right. This little network has 460 numbers to learn, and the
# check ran it 920 times.
#
# **Predict, then look.** How often would it have to run for a single step of the network we are about to train, with
# 128 hidden units? And how often does backpropagation run it?
#
# <details>
# <summary>Answer</summary>
#
# 64·128 + 128 + 128·10 + 10 = 9,610 parameters, two runs each: 19,220 runs. Backpropagation: once forward and once
# back.
#
# </details>

# %% [markdown]
# **Question 3: can it learn 50 images by heart?** A network that cannot even do that has something wrong with it, and
# no amount of data will help. It *should* reach a loss of nearly 0 and 100 % here. (This says nothing yet about
# images it has not seen.)

# %% play=true
rng = np.random.default_rng(0)
few_x, few_y = x_fit[:50], y_fit[:50]
by_heart = train(new_network(64, 32, 10, rng), few_x, few_y, lr=0.5, epochs=100, batch_size=10, rng=rng)
last_loss, _ = network_loss(by_heart, few_x, few_y)
print(f"50 images: {accuracy(by_heart, few_x, few_y):.0%} right, loss {last_loss:.4f}")

# %% [markdown]
# ### Choose
#
# How many hidden units, and which learning rate? Try a few, two random starts each, and ask the validation part. It
# has 287 images, so one image is a third of a percent: differences of less than a percent are mostly luck. We take the
# best all the same: something must be chosen, and this is an honest way to do it.

# %% play=true
def validation_accuracy(hidden, lr, seed, epochs=30):
    rng = np.random.default_rng(seed)
    return accuracy(train(new_network(64, hidden, 10, rng), x_fit, y_fit, lr, epochs, 32, rng), x_val, y_val)


scores = {}
for hidden in (32, 128):
    for lr in (0.1, 0.3, 0.6):
        scores[hidden, lr] = np.mean([validation_accuracy(hidden, lr, seed) for seed in range(2)])
        print(f"{hidden:4d} hidden units, lr {lr}: {scores[hidden, lr]:.1%}")
best_hidden, best_lr = max(scores, key=scores.get)
print(f"chosen: {best_hidden} hidden units, lr {best_lr}")

# %% [markdown]
# ### The learning curve
#
# With what was chosen, watch one training: after each epoch, the loss and the share of right answers, on the images it
# learns from and on the validation images.
#
# **Predict, then look.** Which of the two losses will be lower in the end?

# %% play=true
history = []


def keep(params, loss):
    val_loss, _ = network_loss(params, x_val, y_val)
    history.append((loss, val_loss, 100 * accuracy(params, x_fit, y_fit), 100 * accuracy(params, x_val, y_val)))


rng = np.random.default_rng(0)
train(new_network(64, best_hidden, 10, rng), x_fit, y_fit, best_lr, 30, 32, rng, after_epoch=keep)
fit_loss, val_loss, fit_percent, val_percent = np.array(history).T
epochs = np.arange(1, len(history) + 1)
_, axes = plt.subplots(1, 2, figsize=(11, 3.2))
panels = [(fit_loss, val_loss, "loss (no unit)"), (fit_percent, val_percent, "right (percent)")]
for ax, (fit, val, what) in zip(axes, panels):
    ax.plot(epochs, fit, color=BLUE, marker="o", markersize=3, label="fitted images")
    ax.plot(epochs, val, color=ORANGE, linestyle="--", marker="^", markersize=3, label="validation images")
    ax.set(xlabel="epoch", ylabel=what)
    ax.grid(alpha=0.3)
    ax.legend()
axes[1].set_ylim(60, 101)
plt.show()

# %% [markdown]
# *The picture:* left the loss, right the share of right answers, epoch by epoch, for the images it learns from
# (solid, circles) and for the validation images (dashed, triangles). Both losses fall steeply at first; then the
# fitted one creeps on towards 0 while the validation loss levels off. The gap between them is what the network has
# learnt by heart rather than understood.
#
# ### The test, once
#
# Everything is decided. Train on the whole training part, from five different random starts (an honest result shows
# how much is luck), and open the test part for the first time.

# %% play=true
scaling = fit_min_max(x_train)
networks, test_accuracies = [], []
for seed in range(5):
    rng = np.random.default_rng(seed)
    network = train(new_network(64, best_hidden, 10, rng), scaling.apply(x_train), y_train, best_lr, 30, 32, rng)
    networks.append(network)
    test_accuracies.append(accuracy(network, scaling.apply(x_test), y_test))
    print(f"seed {seed}: {test_accuracies[-1]:.4f} of the test images right")
print(f"median: {np.median(test_accuracies):.4f}")

# %% [markdown]
# Validation said 95 %, and the test says nearly 97 %. The networks had a quarter more images to learn from this time;
# and 359 images are few, so a percent either way is luck.
#
# ### What it gets wrong
#
# A number such as 96 % says little. Look at the mistakes: what is on them, what the network said, and, by your softmax,
# how sure it was.

# %% play=true
probabilities_of = use("softmax")


def mistakes(network, most=10):
    p = probabilities_of(logits_of(network, scaling.apply(x_test)))
    answers = p.argmax(axis=1)
    wrong = np.flatnonzero(answers != y_test)
    surest_first = wrong[np.argsort(-p[wrong, answers[wrong]])][:most]
    _, axes = plt.subplots(1, most, figsize=(12, 2), squeeze=False)
    for ax in axes[0]:
        ax.axis("off")
    for ax, i in zip(axes[0], surest_first):
        ax.imshow(x_test[i].reshape(8, 8), cmap="gray_r")
        ax.set_title(f"is {y_test[i]}\nsaid {answers[i]}\n{p[i, answers[i]]:.0%} sure", fontsize=9)
    plt.show()
    print(f"{len(wrong)} of {len(y_test)} test images wrong. Surest mistakes first:")
    for i in surest_first:
        print(f"  a {y_test[i]} was taken for a {answers[i]} ({p[i, answers[i]]:.0%} sure)")


mistakes(networks[0], most=10)

# %% [markdown]
# *The picture:* up to ten test images that the network misread, the one it was surest of first; above each what it
# is, what the network said, and how sure it was. The same list stands below as text. Some of them you would misread
# yourself. Others are clear to you and not to the network, and it was *sure*: it has no way to say "I have never seen
# anything like this".
#
# **Play:** look at the mistakes of another start, `networks[1]`. Are they the same images?
#
# And now the test part is used up: if what you have just seen makes you change the network, its score on these images
# is no longer an honest one.

# %% [markdown]
# ## Summary
#
# - **Chain rule:** multiply along a path, add up over paths. Walk from the loss backwards, so that what is shared is
#   computed once.
# - **Every station has two halves.** Forward: output and cache. Backward: upstream gradient `dout` times own slope.
#
# | station | forward | backward |
# |---|---|---|
# | affine | $x\,w + b$ | $dx = \text{dout}\; w^T$, $dw = x^T\, \text{dout}$, $db = \sum_n \text{dout}_n$ |
# | ReLU | $\max(0, x)$ | dout where $x > 0$, else 0 |
# | sigmoid | $1 / (1 + e^{-x})$ | $\text{dout} \cdot \text{out} \cdot (1 - \text{out})$ |
# | softmax + cross-entropy | $-\text{mean} \log p_y$ | $(p - \text{one-hot}) / N$ |
#
# - A gradient has the shape of what it belongs to. The 1/N of the mean comes in once, at the loss. The bias is added;
#   a dense layer from n to m has n·m + m parameters.
# - **Before you trust it:** first loss ≈ log C; relative error of the gradient below about 10⁻⁷; 50 samples learnt by
#   heart.
# - **Test part:** set aside first, opened last, once.
#
# Next, in lesson 06: what happens when there are ten layers instead of two, and how to start them so that the signal
# does not die on the way.
#
# How far you are:

# %% play=true
progress("backpropagation")
