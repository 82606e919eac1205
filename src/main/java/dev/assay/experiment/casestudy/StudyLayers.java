package dev.assay.experiment.casestudy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import dev.assay.activation.ActivationSource;
import dev.assay.activation.ModelActivationSource;
import dev.assay.attach.AttachedDictionary;
import dev.assay.experiment.ExperimentRun;
import dev.assay.feature.FeatureInspector;
import dev.assay.feature.store.FeatureCollector;
import dev.assay.feature.store.FeatureStats;
import dev.assay.feature.store.FeatureStore;
import dev.assay.feature.study.CaseStudy;
import dev.assay.feature.study.StudiedDictionary;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.HookPoint;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.sae.TopK;
import dev.assay.sae.Weights;
import dev.assay.tensor.Scope;
import dev.assay.train.SaeSweep;
import dev.assay.train.SaeTrainer;
import dev.assay.train.plan.SweepResult;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** The dictionaries of all layers of one model for one seed, with feature stores and pages. */
final class StudyLayers implements AutoCloseable {
    private static final double RAREST = 3e-4;
    private static final double MOST_FREQUENT = 0.05;
    private static final String STORE = "store";
    private static final String PAGE = "page.html";

    private final StudySetup setup;
    private final HookedTransformer model;
    private final List<SparseAutoencoder> owned = new ArrayList<>();
    private final List<StudiedDictionary> dictionaries = new ArrayList<>();

    /**
     * Trains and collects what an earlier run has not.
     *
     * @param key of the artifact
     * @param withPages whether all layers have a store and a page; otherwise only the last one has a store
     */
    StudyLayers(ExperimentRun run, StudySetup setup, HookedTransformer model, String key, long seed, boolean withPages)
            throws IOException {
        this.setup = setup;
        this.model = model;
        Path folder = run.artifact(key, target -> train(run, target, seed, withPages));
        for (HookPoint point : setup.points()) {
            Path of = folder.resolve(name(point));
            SparseAutoencoder sae = SparseAutoencoder.load(of.resolve("dictionary"), model.device());
            owned.add(sae);
            Path stored = FeatureStore.isStore(of.resolve(STORE))
                    ? of.resolve(STORE)
                    : folder.resolve(name(setup.points().get(setup.last()))).resolve(STORE);
            dictionaries.add(new StudiedDictionary(
                    AttachedDictionary.of(model, sae),
                    FeatureStore.open(stored).withTexts(model.tokenizer()),
                    withPages ? "../" + key + "/" + name(point) + "/" + PAGE : ""));
        }
    }

    private static String name(HookPoint point) {
        return "layer" + point.block();
    }

    private void train(ExperimentRun run, Path folder, long seed, boolean withPages) throws IOException {
        ModelActivationSource source = ActivationSource.of(model, setup.points(), setup.corpus());
        run.provenance(source.provenance());
        SaeSweep sweep = SaeSweep.of(source)
                .tokens(setup.tokens())
                .batchSize((int) Math.min(1024, setup.tokens()))
                .shuffleSeed(seed);
        for (HookPoint point : setup.points()) {
            sweep.member(
                    name(point),
                    List.of(point.name()),
                    () -> SaeTrainer.of(TopK.of(setup.active()))
                            .dictionarySize(setup.latents())
                            .seed(seed));
        }
        try (SweepResult result = sweep.train()) {
            for (int i = 0; i < setup.points().size(); i++) {
                HookPoint point = setup.points().get(i);
                SparseAutoencoder sae = result.dictionary(name(point));
                Path of = folder.resolve(name(point));
                sae.save(of.resolve("dictionary"));
                if (withPages || i == setup.last()) {
                    FeatureStore store = FeatureCollector.of(model, sae, setup.corpus())
                            .tokens(setup.storeTokens())
                            .collect(of.resolve(STORE));
                    if (withPages) {
                        FeatureInspector.of(model, sae, store)
                                .dashboard()
                                .title("Features of " + point)
                                .write(of.resolve(PAGE));
                    }
                }
            }
        }
    }

    List<StudiedDictionary> dictionaries() {
        return dictionaries;
    }

    /** Returns the options of studies of these dictionaries. */
    CaseStudy.Options options() {
        return options(dictionaries);
    }

    private CaseStudy.Options options(List<StudiedDictionary> layers) {
        return CaseStudy.options(layers)
                .contexts(setup.contexts())
                .contextLength(Math.min(setup.length(), setup.corpus().contextLength()))
                .branches(setup.branches())
                .candidates(setup.candidates());
    }

    /**
     * Returns the studied features: those of the settings, or those of the strongest activations among latents that are neither rare nor
     * frequent and have contexts. If there are none, frequency does not matter.
     */
    List<Integer> features() {
        if (!setup.features().isEmpty()) {
            return setup.features();
        }
        List<Integer> specific = strongest(true);
        return specific.isEmpty() ? strongest(false) : specific;
    }

    private List<Integer> strongest(boolean onlySpecific) {
        FeatureStore store = dictionaries.get(setup.last()).store();
        CaseStudy.Options options = options();
        return IntStream.range(0, store.latents())
                .boxed()
                .filter(latent -> !onlySpecific || isSpecific(store.stats(latent)))
                .sorted(Comparator.comparingDouble((Integer latent) -> -store.maxActivation(latent)))
                .filter(latent -> !options.texts(setup.last(), latent).isEmpty())
                .limit(setup.count())
                .toList();
    }

    private static boolean isSpecific(FeatureStats stats) {
        return stats.density() >= RAREST && stats.density() <= MOST_FREQUENT;
    }

    /** Returns these layers with random directions in all but the last one, at the same size and number of active latents. */
    List<AttachedDictionary> withRandomEarlierLayers(long seed) {
        List<AttachedDictionary> random = new ArrayList<>();
        for (int i = 0; i < setup.last(); i++) {
            SparseAutoencoder sae = owned.get(i);
            try (Scope scope = Scope.open()) {
                NDArray rows = Weights.controlDirections(model.manager(), sae.dSae(), sae.dIn(), seed + i);
                SparseAutoencoder drawn = sae.toBuilder()
                        .weights(new Weights(
                                rows, model.manager().zeros(new Shape(sae.dSae())), rows, sae.decoderBias()))
                        .build();
                owned.add(drawn);
                random.add(AttachedDictionary.of(model, drawn));
            }
        }
        random.add(dictionaries.get(setup.last()).attached());
        return random;
    }

    @Override
    public void close() {
        owned.forEach(SparseAutoencoder::close);
    }
}
