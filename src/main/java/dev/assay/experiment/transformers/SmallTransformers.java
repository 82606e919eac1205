package dev.assay.experiment.transformers;

import dev.assay.InvalidInputException;
import dev.assay.activation.ActivationSource;
import dev.assay.evaluate.control.RandomWeightModel;
import dev.assay.experiment.Experiment;
import dev.assay.experiment.ExperimentRun;
import dev.assay.experiment.ExperimentSetting;
import dev.assay.experiment.ExperimentSettings;
import dev.assay.model.HookedTransformer;
import dev.assay.model.config.TransformerConfig;
import dev.assay.model.hook.HookPoint;
import dev.assay.model.training.ModelTrainingProgress;
import dev.assay.model.training.TransformerTrainer;
import dev.assay.text.Corpus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Dictionaries of small transformers, after the replication of Sharkey et al. on custom-trained transformers: which latents are found again by a
 * larger dictionary. Each seed trains a transformer of its own.
 */
public final class SmallTransformers implements Experiment {
    private static final String TOKENIZER_OF = "assay/stories";
    private static final String TEXT = "assay/stories";
    /** The file of the held-out loss in the folder of a trained transformer. */
    private static final String LOSS = "held-out-loss.txt";

    private static final int HEAD_WIDTH = 8;
    private static final int EXPANSION = 4;

    /** The plan of a run, read from its settings before any work. */
    private record Plan(
            List<Integer> widths,
            int layers,
            int steps,
            int batch,
            int context,
            List<Integer> ratios,
            List<Double> coefficients,
            long tokens,
            int dictionaryBatch,
            double learningRate) {
        static Plan of(ExperimentRun run) {
            ExperimentSettings settings = run.settings();
            Plan plan = new Plan(
                    run.hasModel() ? List.of(0) : settings.integers("widths"),
                    settings.integer("layers"),
                    settings.integer("steps"),
                    settings.integer("batch"),
                    settings.integer("context"),
                    settings.integers("ratios"),
                    settings.numbers("l1"),
                    settings.count("tokens"),
                    settings.integer("dictionary-batch"),
                    settings.number("learning-rate"));
            for (int width : plan.widths) {
                InvalidInputException.require(
                        width % HEAD_WIDTH == 0,
                        "setting widths has " + width + ", expected multiples of " + HEAD_WIDTH);
            }
            for (int i = 1; i < plan.ratios.size(); i++) {
                InvalidInputException.require(
                        plan.ratios.get(i) > plan.ratios.get(i - 1),
                        "setting ratios is \"" + settings.text("ratios") + "\", expected increasing numbers");
            }
            InvalidInputException.require(
                    plan.ratios.size() > 1,
                    "setting ratios is \"" + settings.text("ratios") + "\", expected at least two numbers");
            return plan;
        }
    }

    /**
     * The measurements of one model.
     *
     * @param loss the held-out loss of the model in nats per token; NaN for a model that was not trained here
     * @param dictionaries all measurements
     */
    record Cell(double loss, List<Measurement> dictionaries) {}

    @Override
    public String name() {
        return "small-transformers";
    }

    @Override
    public String question() {
        return "Do dictionaries of different sizes find the same features in small transformers, and do they need a trained one?";
    }

    @Override
    public int quickSeeds() {
        return 2;
    }

    @Override
    public List<ExperimentSetting> settings() {
        return List.of(
                new ExperimentSetting("widths", "residual widths of the trained transformers", "16,32", "8"),
                new ExperimentSetting("layers", "number of layers", "6", "2"),
                new ExperimentSetting("steps", "training steps of a transformer", "1500", "20"),
                new ExperimentSetting("batch", "contexts per training step", "16", "8"),
                new ExperimentSetting("context", "tokens per context", "64", "32"),
                new ExperimentSetting("ratios", "dictionary sizes as multiples of the width", "1,2,4,8", "1,2,4"),
                new ExperimentSetting("l1", "L1 coefficients", "1,2,4", "0.5"),
                new ExperimentSetting("tokens", "training activations of a dictionary", "300000", "8192"),
                new ExperimentSetting("dictionary-batch", "activations per training step", "256", "128"),
                new ExperimentSetting("learning-rate", "peak learning rate of a dictionary", "0.003", "0.02"));
    }

    @Override
    public void run(ExperimentRun run) throws IOException {
        Plan plan = Plan.of(run);
        SizeResults results = new SizeResults(plan.ratios, plan.coefficients);
        for (int width : plan.widths) {
            String group = run.hasModel() ? "model" : "width " + width;
            for (long seed : run.seeds()) {
                String key = group.replace(' ', '-') + "-seed" + seed;
                Cell cell = run.cell(key, Cell.class, () -> measure(run, plan, width, seed));
                results.add(group, cell);
            }
        }
        results.addTo(run);
    }

    private static Cell measure(ExperimentRun run, Plan plan, int width, long seed) throws IOException {
        if (run.hasModel()) {
            try (HookedTransformer model = run.model(TOKENIZER_OF)) {
                return new Cell(Double.NaN, measure(run, plan, model, run.corpus(model, TEXT, plan.context), seed));
            }
        }
        String key = "transformer-width" + width + "-seed" + seed;
        try (HookedTransformer owner = HookedTransformer.load(TOKENIZER_OF)) {
            Corpus corpus = run.corpus(owner.tokenizer(), TEXT, plan.context);
            Path folder = run.artifact(key, target -> {
                AtomicReference<Double> loss = new AtomicReference<>(Double.NaN);
                try (HookedTransformer trained = train(run, plan, corpus, width, seed, loss)) {
                    trained.save(target);
                }
                Files.writeString(target.resolve(LOSS), loss.get().toString());
            });
            try (HookedTransformer model = HookedTransformer.load(folder, run.device())) {
                double heldOut = Double.parseDouble(Files.readString(folder.resolve(LOSS)));
                return new Cell(heldOut, measure(run, plan, model, corpus, seed));
            }
        }
    }

    private static HookedTransformer train(
            ExperimentRun run, Plan plan, Corpus corpus, int width, long seed, AtomicReference<Double> loss)
            throws IOException {
        TransformerConfig config = TransformerConfig.gptNeoX()
                .vocabularySize(corpus.tokenizer().vocabularySize())
                .contextLength(plan.context)
                .layers(plan.layers)
                .dModel(width)
                .heads(width / HEAD_WIDTH)
                .dMlp(EXPANSION * width)
                .build();
        return TransformerTrainer.of(config, corpus)
                .steps(plan.steps)
                .batch(plan.batch)
                .warmup(Math.max(1, plan.steps / 20))
                .learningRate(3e-3)
                .seed(seed)
                .device(run.device())
                .validation(plan.steps, 64)
                .listener((ModelTrainingProgress step) -> loss.set(step.validationLoss()))
                .train();
    }

    private static List<Measurement> measure(
            ExperimentRun run, Plan plan, HookedTransformer model, Corpus corpus, long seed) throws IOException {
        int middle = (model.config().layers() - 1) / 2;
        List<HookPoint> points = List.of(HookPoint.residPost(middle), HookPoint.mlpPost(middle));
        List<String> names = points.stream().map(HookPoint::name).toList();
        DictionarySizes grid = new DictionarySizes(
                plan.ratios, plan.coefficients, plan.tokens, plan.dictionaryBatch, plan.learningRate, seed);
        List<Measurement> all = new ArrayList<>();
        // The residual stream of a token alone is compared with its embedding, the MLP with its activations on single
        // tokens.
        List<HookPoint> alone = List.of(HookPoint.embed(), HookPoint.mlpPost(middle));
        ActivationSource activations = ActivationSource.of(model, points, corpus);
        run.provenance(activations.provenance());
        try (TokenTableSource table = TokenTableSource.of(model, alone, names, corpus, plan.tokens);
                DictionarySizes.Trained embeddings = grid.train(Measurement.Source.EMBEDDINGS, table)) {
            all.addAll(embeddings.measure(embeddings));
            try (DictionarySizes.Trained trained = grid.train(Measurement.Source.TRAINED, activations)) {
                all.addAll(trained.measure(embeddings));
            }
            try (HookedTransformer untrained = RandomWeightModel.of(model, seed);
                    DictionarySizes.Trained random = grid.train(
                            Measurement.Source.RANDOM_WEIGHTS, ActivationSource.of(untrained, points, corpus))) {
                all.addAll(random.measure(embeddings));
            }
        }
        return all;
    }
}
