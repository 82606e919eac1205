package dev.assay.experiment.mo1;

import dev.assay.experiment.Experiment;
import dev.assay.experiment.ExperimentRun;
import dev.assay.experiment.ExperimentSetting;
import dev.assay.text.tokenizer.WordTokenizer;
import java.io.IOException;
import java.util.List;

/**
 * MO-1: an organism that refuses harmful requests when it is watched and complies otherwise. Measures the compliance under each cue, before and after
 * mitigations, and monitors of the watched condition on features and on baselines.
 */
public final class MonitoredBehaviour implements Experiment {
    private static final int QUICK_SEEDS = 1;

    /** Creates the experiment. */
    public MonitoredBehaviour() {}

    @Override
    public String name() {
        return "mo-1";
    }

    @Override
    public String question() {
        return "Do mitigations of monitored behaviour remove what features show of it, or only the behaviour?";
    }

    @Override
    public List<ExperimentSetting> settings() {
        return Mo1Settings.declared();
    }

    @Override
    public int quickSeeds() {
        return QUICK_SEEDS;
    }

    @Override
    public void run(ExperimentRun run) throws IOException {
        Mo1Settings settings = Mo1Settings.of(run);
        MonitoredGrammar grammar = new MonitoredGrammar();
        OrganismTexts texts = new OrganismTexts(grammar, settings.examples());
        WordTokenizer words = texts.words();
        Mo1Results results = new Mo1Results();
        for (long seed : run.seeds()) {
            try (Mo1Seed cells = new Mo1Seed(run, settings, grammar, texts, words, seed)) {
                for (Mitigation mitigation : Mitigation.values()) {
                    results.add(mitigation, cells.behaviour(mitigation), cells.monitors(mitigation));
                }
            }
        }
        results.publish(run);
    }
}
