package dev.assay.experiment.mo1;

import dev.assay.audit.monitor.TrainedMonitors;
import dev.assay.experiment.ExperimentRun;
import dev.assay.experiment.organism.DialogueContexts;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.HookPoint;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.text.Corpus;
import dev.assay.text.tokenizer.WordTokenizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The models, dictionaries and monitors of a seed, opened when a cell is computed that needs them. */
final class Mo1Seed implements AutoCloseable {
    private static final int DICTIONARY_DIALOGUES = 2000;

    private final ExperimentRun run;
    private final Mo1Settings settings;
    private final MonitoredGrammar grammar;
    private final OrganismTexts texts;
    private final WordTokenizer words;
    private final long seed;
    private final List<Opened> opened = new ArrayList<>();

    private record Opened(SeedDictionaries dictionaries, MonitorMeasure measure, TrainedMonitors monitors) {}

    Mo1Seed(
            ExperimentRun run,
            Mo1Settings settings,
            MonitoredGrammar grammar,
            OrganismTexts texts,
            WordTokenizer words,
            long seed) {
        this.run = run;
        this.settings = settings;
        this.grammar = grammar;
        this.texts = texts;
        this.words = words;
        this.seed = seed;
    }

    Behaviour behaviour(Mitigation mitigation) throws IOException {
        return run.cell("behaviour-" + mitigation.key() + suffix(), Behaviour.class, () -> {
            try (HookedTransformer model = model(mitigation)) {
                return Behaviour.of(model, grammar, settings.prompts(), seed);
            }
        });
    }

    MonitorMeasure.Qualities monitors(Mitigation mitigation) throws IOException {
        return run.cell("monitors-" + mitigation.key() + suffix(), MonitorMeasure.Qualities.class, () -> {
            try (HookedTransformer model = model(mitigation)) {
                Opened open = open();
                return open.measure().measure(model, open.monitors());
            }
        });
    }

    private String suffix() {
        return "-seed" + seed;
    }

    private HookPoint site() {
        return HookPoint.residPost(settings.layer());
    }

    private HookedTransformer untrained() throws IOException {
        return settings.training(seed).untrained(settings.size(), words, run.device());
    }

    private HookedTransformer model(Mitigation mitigation) throws IOException {
        Path folder = run.artifact(mitigation.key() + suffix(), target -> {
            try (HookedTransformer model = mitigation == Mitigation.NONE ? organism() : mitigated(mitigation)) {
                model.save(target);
            }
        });
        return HookedTransformer.load(folder, run.device());
    }

    private HookedTransformer organism() throws IOException {
        try (HookedTransformer untrained = untrained()) {
            return settings.training(seed).train(untrained, texts.organism(untrained.tokenizer(), seed));
        }
    }

    private HookedTransformer mitigated(Mitigation mitigation) throws IOException {
        try (HookedTransformer organism = model(Mitigation.NONE)) {
            return mitigation.train(organism, texts, settings, seed);
        }
    }

    private Opened open() throws IOException {
        if (opened.isEmpty()) {
            try (HookedTransformer organism = model(Mitigation.NONE)) {
                SeedDictionaries dictionaries = dictionaries(organism);
                MonitorMeasure measure = new MonitorMeasure(dictionaries, grammar, site(), settings.monitored(), seed);
                opened.add(new Opened(dictionaries, measure, measure.train(organism)));
            }
        }
        return opened.get(0);
    }

    private SeedDictionaries dictionaries(HookedTransformer organism) throws IOException {
        Corpus corpus = DialogueContexts.of(
                organism.tokenizer(),
                OrganismTexts.FORMAT,
                texts.dialogues(DICTIONARY_DIALOGUES, seed),
                settings.size().context());
        HookedTransformer untrained = untrained();
        SparseAutoencoder trained = dictionary("dictionary", organism, corpus);
        SparseAutoencoder control = dictionary("random-weights-dictionary", untrained, corpus);
        return new SeedDictionaries(
                trained,
                settings.dictionary().random(organism, site(), corpus, seed, trained.metadata()),
                untrained,
                control);
    }

    private SparseAutoencoder dictionary(String key, HookedTransformer model, Corpus corpus) throws IOException {
        Path folder = run.artifact(key + suffix(), target -> {
            try (SparseAutoencoder trained = settings.dictionary().train(model, site(), corpus, seed)) {
                trained.save(target);
            }
        });
        return SparseAutoencoder.load(folder, run.device());
    }

    @Override
    public void close() {
        opened.forEach(open -> open.dictionaries().close());
    }
}
