package dev.assay.experiment.hiddenobjective;

import dev.assay.activation.ActivationSource;
import dev.assay.experiment.ExperimentRun;
import dev.assay.experiment.organism.OrganismDictionary;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.HookPoint;
import dev.assay.sae.Dictionary;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.text.Corpus;
import dev.assay.text.document.Document;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** The organism of one seed: sealed pairs, text, models, dictionaries and their measurement. */
final class OrganismSeed {
    private static final int TRAINING_BATCH = 512;

    private final ExperimentRun run;
    private final OrganismSettings settings;
    private final HiddenObjective objective;
    private final List<Document> documents;
    private final OrganismModels models;
    private final OrganismDictionary dictionaries;
    private final String suffix;

    OrganismSeed(ExperimentRun run, OrganismSettings settings, long seed) {
        this.run = run;
        this.settings = settings;
        objective = settings.objective(seed);
        documents = new OrganismText(objective, settings.text()).documents();
        models = new OrganismModels(settings, objective, documents);
        dictionaries = new OrganismDictionary(settings.latents(), settings.active(), settings.tokens(), TRAINING_BATCH);
        suffix = "-seed" + seed;
    }

    /** Returns the sealed pairs, written before anything is trained. */
    SealedPairs pairs() throws IOException {
        return SealedPairs.read(pairsFolder());
    }

    /** Returns the SHA-256 of the sealed pairs. */
    String commitment() throws IOException {
        return SealedPairs.commitment(pairsFolder());
    }

    private Path pairsFolder() throws IOException {
        return run.artifact("pairs" + suffix, folder -> {
            SealedPairs pairs = SealedPairs.of(objective);
            pairs.requireDisjoint(
                    documents.stream().filter(OrganismText::isPlanted).toList());
            pairs.write(folder);
        });
    }

    private Path base() throws IOException {
        return run.artifact("base" + suffix, folder -> {
            try (HookedTransformer base = models.base(run.device())) {
                base.save(folder);
            }
        });
    }

    private Path organism() throws IOException {
        return run.artifact("organism" + suffix, folder -> {
            try (HookedTransformer base = HookedTransformer.load(base(), run.device());
                    HookedTransformer organism = models.organism(base)) {
                organism.save(folder);
            }
        });
    }

    /** Measures exploitation and denial before and after the tuning. */
    OrganismMeasures behaviour() throws IOException {
        return run.cell("behaviour" + suffix, OrganismMeasures.class, () -> {
            try (HookedTransformer base = HookedTransformer.load(base(), run.device());
                    HookedTransformer organism = HookedTransformer.load(organism(), run.device())) {
                return new OrganismMeasures(
                        OrganismBehaviour.measure(base, objective, settings.measured()),
                        OrganismBehaviour.measure(organism, objective, settings.measured()));
            }
        });
    }

    /** Searches the documents. */
    SearchRanks search() throws IOException {
        SealedPairs pairs = pairs();
        return run.cell("search" + suffix, SearchRanks.class, () -> {
            try (HookedTransformer organism = HookedTransformer.load(organism(), run.device());
                    HookedTransformer random = run.randomWeights(organism, objective.seed())) {
                Corpus text = models.allText(organism.tokenizer());
                run.provenance(ActivationSource.of(organism, site(), text).provenance());
                try (SparseAutoencoder sae = dictionary("dictionary" + suffix, organism, text);
                        SparseAutoencoder ofRandom = dictionary("dictionary-random-weights" + suffix, random, text);
                        Dictionary directions =
                                dictionaries.random(organism, site(), text, objective.seed(), sae.metadata())) {
                    return PlantedSearch.of(
                                    objective,
                                    settings,
                                    documents,
                                    pairs,
                                    new PlantedSearch.Audited(organism, sae),
                                    new PlantedSearch.Audited(random, ofRandom),
                                    directions)
                            .ranks();
                }
            }
        });
    }

    private SparseAutoencoder dictionary(String key, HookedTransformer model, Corpus text) throws IOException {
        Path folder = run.artifact(key, target -> {
            try (SparseAutoencoder trained = dictionaries.train(model, site(), text, objective.seed())) {
                trained.save(target);
            }
        });
        return SparseAutoencoder.load(folder, run.device());
    }

    private HookPoint site() {
        return HookPoint.residPost(settings.block());
    }
}
