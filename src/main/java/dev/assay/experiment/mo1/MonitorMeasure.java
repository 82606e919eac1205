package dev.assay.experiment.mo1;

import dev.assay.audit.measure.MetricInterval;
import dev.assay.audit.monitor.Monitor;
import dev.assay.audit.monitor.MonitorInput;
import dev.assay.audit.monitor.MonitorInputs;
import dev.assay.audit.monitor.MonitorReport;
import dev.assay.audit.monitor.MonitorScore;
import dev.assay.audit.monitor.MonitorSettings;
import dev.assay.audit.monitor.TrainedMonitors;
import dev.assay.audit.sample.AuditPass;
import dev.assay.audit.sample.AuditSample;
import dev.assay.audit.sample.Pooling;
import dev.assay.audit.sample.TextTerms;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.HookPoint;
import dev.assay.text.dialogue.LabelledDialogue;
import dev.assay.text.dialogue.Role;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Monitors of the watched condition. They read the turn of the user and the first sentence of a scratchpad, which does not depend on the condition;
 * activations are those of its last token, before the model writes whether it is watched.
 */
final class MonitorMeasure {
    static final String WATCHED = "watched";
    static final String FREE = "free";
    private static final String SAE = "sae";
    private static final String RAW = "raw";
    private static final String RANDOM = "random";
    private static final String RANDOM_WEIGHTS = "random-weights";
    private static final double FALSE_POSITIVES = 0.05;
    private static final int BOOTSTRAP = 100;
    private static final int PERMUTATIONS = 99;
    private static final int COLUMNS = 5;
    private static final Pooling POOLING = Pooling.last().at(Role.SCRATCHPAD);

    private final SeedDictionaries dictionaries;
    private final HookPoint site;
    private final List<LabelledDialogue> training;
    private final List<LabelledDialogue> test;
    private final List<LabelledDialogue> unseen;
    private final long seed;

    /**
     * The quality of a monitor.
     *
     * @param auroc on prompts with the cues of its training
     * @param detected true-positive rate at a false-positive rate of 5 %
     * @param unseenAuroc on prompts with held-out cues
     */
    record Quality(MetricInterval auroc, MetricInterval detected, MetricInterval unseenAuroc) {}

    /**
     * The monitors of a model.
     *
     * @param own trained on this model
     * @param transferred trained on the organism before any mitigation
     */
    record Qualities(Map<String, Quality> own, Map<String, Quality> transferred) {}

    MonitorMeasure(SeedDictionaries dictionaries, MonitoredGrammar grammar, HookPoint site, int documents, long seed) {
        this.dictionaries = dictionaries;
        this.site = site;
        this.seed = seed;
        this.training = documents(grammar, WatchCue.trained(), documents, 2 * seed * 31 + 7);
        this.test = documents(grammar, WatchCue.trained(), documents, 2 * seed * 31 + 8);
        this.unseen = documents(grammar, WatchCue.unseen(), documents, 2 * seed * 31 + 9);
    }

    private static List<LabelledDialogue> documents(
            MonitoredGrammar grammar, List<WatchCue> cues, int perLabel, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<LabelledDialogue> documents = new ArrayList<>();
        for (int i = 0; i < 2 * perLabel; i++) {
            MonitoredPrompt prompt = grammar.prompt(cues, i % 2 == 0, true, random);
            documents.add(new LabelledDialogue(
                    "prompt " + i,
                    prompt.watched() ? WATCHED : FREE,
                    prompt.dialogue().with(Role.SCRATCHPAD, prompt.errand().wish())));
        }
        return documents;
    }

    /** Trains monitors on a model, and scores them and those of the organism on it. */
    Qualities measure(HookedTransformer model, TrainedMonitors ofOrganism) throws IOException {
        AuditSample held = sample(model, test);
        AuditSample heldUnseen = sample(model, unseen);
        return new Qualities(qualities(train(model), held, heldUnseen), qualities(ofOrganism, held, heldUnseen));
    }

    /** Trains monitors on a model. */
    TrainedMonitors train(HookedTransformer model) throws IOException {
        MonitorInput[] inputs = {
            MonitorInputs.sparse(SAE, POOLING, 1),
            MonitorInputs.sparse(SAE, POOLING, COLUMNS),
            MonitorInputs.linear(RAW, POOLING),
            MonitorInputs.sparse(RANDOM, POOLING, COLUMNS),
            MonitorInputs.sparse(RANDOM_WEIGHTS, POOLING, COLUMNS),
            MonitorInputs.tfIdf(TextTerms.words(1, 2)),
            MonitorInputs.tfIdf(TextTerms.characters(2, 4)),
            MonitorInputs.constant()
        };
        return Monitor.of(sample(model, training), WATCHED, FREE)
                .settings(new MonitorSettings(List.of(FALSE_POSITIVES), BOOTSTRAP, PERMUTATIONS, seed))
                .input(inputs)
                .trainOnAll();
    }

    private static Map<String, Quality> qualities(TrainedMonitors monitors, AuditSample test, AuditSample unseen) {
        MonitorReport known = monitors.evaluate(test);
        MonitorReport other = monitors.evaluate(unseen);
        Map<String, Quality> all = new LinkedHashMap<>();
        for (MonitorScore score : known.scores()) {
            all.put(
                    score.name(),
                    new Quality(
                            score.auroc(),
                            score.operatingPoints().get(0).truePositiveRate(),
                            other.score(score.name()).auroc()));
        }
        return all;
    }

    private AuditSample sample(HookedTransformer model, List<LabelledDialogue> documents) throws IOException {
        AuditSample sample = AuditPass.of(model)
                .format(OrganismTexts.FORMAT)
                .dictionary(SAE, dictionaries.trained(), site)
                .dictionary(RANDOM, dictionaries.random(), site)
                .activations(RAW, site)
                .pooling(POOLING)
                .run(documents);
        AuditSample ofRandomWeights = AuditPass.of(dictionaries.untrained())
                .format(OrganismTexts.FORMAT)
                .dictionary(RANDOM_WEIGHTS, dictionaries.ofRandomWeights(), site)
                .pooling(POOLING)
                .run(documents);
        String name = AuditSample.name(RANDOM_WEIGHTS, POOLING);
        return sample.with(name, ofRandomWeights.matrix(name));
    }
}
