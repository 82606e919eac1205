package dev.assay.experiment.erasure;

import dev.assay.activation.ActivationSource;
import dev.assay.experiment.Experiment;
import dev.assay.experiment.ExperimentRun;
import dev.assay.experiment.ExperimentSetting;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.HookPoint;
import dev.assay.run.TextDescription;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.sae.TopK;
import dev.assay.text.Corpus;
import dev.assay.text.story.StoryCorpus;
import dev.assay.train.SaeTrainer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Erases a gender concept from the residual stream of a model: ablated features, mean projection and LEACE, with probes of the edited
 * activations, probes of later layers, and the probability of the right pronoun.
 */
public final class ErasureExperiment implements Experiment {
    private static final String MODEL = "assay/stories";
    private static final String FULL_TEXT = "assay/stories/20000";
    private static final String QUICK_TEXT = "assay/stories/3000";
    private static final int HELD_OUT_EVERY = 3;

    private static final int MATCHED_PROMPTS = 200;
    private static final int TRAINING_BATCH = 2048;

    /** Creates the experiment. */
    public ErasureExperiment() {}

    @Override
    public String name() {
        return "erasure";
    }

    @Override
    public String question() {
        return "Which edit of the residual stream removes gender, and do probes or the model still read it?";
    }

    @Override
    public List<ExperimentSetting> settings() {
        return ErasureSettings.declared();
    }

    @Override
    public int quickSeeds() {
        return 1;
    }

    @Override
    public void run(ExperimentRun run) throws IOException {
        ErasureSettings settings = ErasureSettings.of(run);
        try (HookedTransformer model = run.model(MODEL)) {
            HookPoint site = HookPoint.residPost(settings.block(model.config().layers()));
            String text = run.isQuick() ? QUICK_TEXT : FULL_TEXT;
            Corpus corpus = run.corpus(model, text, TextDescription.CONTEXT_LENGTH, HELD_OUT_EVERY);
            PromptPool pool = pool(model, corpus, settings);
            List<EditMethod> methods = EditMethod.all(settings);
            run.provenance(ActivationSource.of(model, site, corpus).provenance());
            ErasureResults results =
                    new ErasureResults(methods, site.block(), model.config().layers(), pool.description());
            for (long seed : run.seeds()) {
                try (Seed lazy = new Seed(run, model, corpus, pool, site, settings, seed)) {
                    measure(run, settings, methods, lazy, results);
                }
            }
            results.publish(run);
        }
    }

    private static PromptPool pool(HookedTransformer model, Corpus corpus, ErasureSettings settings)
            throws IOException {
        // Each part has half of its prompts from each class. The surplus lets seeds draw different prompts.
        int wanted = 2 * settings.prompts();
        int longest = Math.min(settings.promptTokens(), corpus.contextLength());
        ConceptWords words =
                ConceptWords.of(model.tokenizer(), settings.isGender() ? ConceptWords.GENDER : settings.words());
        return settings.isGender() && corpus.source() instanceof StoryCorpus
                ? PromptPool.ofStories(corpus, words, longest, wanted)
                : PromptPool.ofWords(corpus, words, longest, wanted);
    }

    private static void measure(
            ExperimentRun run, ErasureSettings settings, List<EditMethod> methods, Seed lazy, ErasureResults results)
            throws IOException {
        long seed = lazy.seed;
        String suffix = "-seed" + seed;
        results.add(run.cell(
                "base" + suffix,
                ErasureMeasures.Base.class,
                () -> lazy.get().measurement.base(seed)));
        for (EditMethod method : methods) {
            for (Control control : Control.values()) {
                String key = method.key() + "-" + control.key() + suffix;
                results.add(method, control, run.cell("probes-" + key, ErasureMeasures.Probes.class, () -> {
                    Opened opened = lazy.get();
                    return opened.measurement.probes(method.edit(opened.state, control));
                }));
                for (ErasureResults.Where where : ErasureResults.Where.values()) {
                    results.add(
                            method,
                            control,
                            where,
                            run.cell("effects-" + where.key() + "-" + key, ErasureMeasures.Effects.class, () -> {
                                Opened opened = lazy.get();
                                return opened.measurement.effects(
                                        method.edit(opened.state, control),
                                        where.positions(),
                                        control == Control.TRAINED);
                            }));
                }
            }
        }
        results.add(run.cell(
                "matched" + suffix,
                ErasureMeasures.Matched.class,
                () -> lazy.get().measurement.matched(settings.randomFeatures(), MATCHED_PROMPTS)));
    }

    /** The open state of a seed. */
    private record Opened(SeedState state, SeedMeasurement measurement) {}

    /** Opens models and dictionaries of a seed when a cell is computed that needs them. */
    private static final class Seed implements AutoCloseable {
        private final ExperimentRun run;
        private final HookedTransformer model;
        private final Corpus corpus;
        private final PromptPool pool;
        private final HookPoint site;
        private final ErasureSettings settings;
        private final long seed;
        private final List<Opened> opened = new ArrayList<>();

        Seed(
                ExperimentRun run,
                HookedTransformer model,
                Corpus corpus,
                PromptPool pool,
                HookPoint site,
                ErasureSettings settings,
                long seed) {
            this.run = run;
            this.model = model;
            this.corpus = corpus;
            this.pool = pool;
            this.site = site;
            this.settings = settings;
            this.seed = seed;
        }

        Opened get() throws IOException {
            if (opened.isEmpty()) {
                PromptPool.Splits splits = pool.splits(settings.prompts(), seed);
                HookedTransformer random = run.randomWeights(model, seed);
                SparseAutoencoder trained = dictionary("dictionary-seed" + seed, model);
                SparseAutoencoder ofRandom = dictionary("random-weights-dictionary-seed" + seed, random);
                SeedState state = new SeedState(model, random, site, splits, trained, ofRandom, settings, seed);
                opened.add(new Opened(state, new SeedMeasurement(state, settings, seed)));
            }
            return opened.get(0);
        }

        private SparseAutoencoder dictionary(String key, HookedTransformer from) throws IOException {
            Path folder = run.artifact(key, target -> {
                try (SparseAutoencoder trained = SaeTrainer.of(TopK.of(settings.active()))
                        .source(ActivationSource.of(from, site, corpus))
                        .dictionarySize(settings.latents())
                        .tokens(settings.trainingTokens())
                        .batchSize((int) Math.min(TRAINING_BATCH, settings.trainingTokens()))
                        .seed(seed)
                        .train()) {
                    trained.save(target);
                }
            });
            return SparseAutoencoder.load(folder, run.device());
        }

        @Override
        public void close() {
            opened.forEach(open -> open.state.close());
        }
    }
}
