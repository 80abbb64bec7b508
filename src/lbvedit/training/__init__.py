"""One loop, its checkpoints, and one plain recipe a system.

The seam: a recipe is one file with one class, and one line in :data:`lbvedit.training.recipes.RECIPES`::

    @dataclass(frozen=True)
    class ExampleConfig(TrainingConfig):          # everything `--set key=value` can change
        width: int = 64

    class Example(Recipe[ExampleConfig]):
        Config = ExampleConfig

        def build(self) -> nn.Module: ...         # the model, with its own initial weights
        def dataset(self) -> Sequence: ...        # items by index: tensors, numbers or words; collated into batches
        def loss(self, model, batch) -> dict[str, Tensor]: ...      # named parts; their sum is minimised

    RECIPES["example"] = "lbvedit.training.example:Example"

That is enough to train. A recipe may further override

- ``batch(draw)``: a batch made at once, such as scenes rendered on the GPU, instead of ``dataset``;
- ``optimizers(model)`` and ``step(model, batch, update)``: several optimizers that take turns in one step::

      def step(self, model, batch, update):
          update("generator", self.generator_loss(model, batch))           # backward, clip, step
          update("discriminator", self.discriminator_loss(model, batch))

- ``sample(model)``: a picture written at every checkpoint; ``validate(model)``: figures written beside it;
- ``publish(model)``: what goes into ``weights/NAME`` by ``lbvedit train NAME --publish``.

Everything random in step s is a function of (seed, s, process): the loop seeds torch, random and NumPy before each
batch and each step, so a recipe just draws. Nothing has to be restored but weights, moments and the step number, and a
resumed run has the losses of an undisturbed one.
"""
