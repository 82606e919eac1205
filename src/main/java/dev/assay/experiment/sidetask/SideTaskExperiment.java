package dev.assay.experiment.sidetask;

import dev.assay.experiment.Experiment;
import dev.assay.experiment.ExperimentRun;
import dev.assay.experiment.ExperimentSetting;
import java.io.IOException;
import java.util.List;

/**
 * Trains an organism that performs a side task in a part of its answers, with a scratchpad that mentions the side task, with a benign one or
 * without one. Monitors of text, activations and features are measured before and after the organism is tuned against each of them.
 */
public final class SideTaskExperiment implements Experiment {
    /** Creates the experiment. */
    public SideTaskExperiment() {}

    @Override
    public String name() {
        return "mo-3";
    }

    @Override
    public String question() {
        return "Which monitors distinguish answers with a side task if the reasoning mentions it, is benign or is absent, and after"
                + " tuning against a monitor?";
    }

    @Override
    public List<ExperimentSetting> settings() {
        return SideTaskSettings.declared();
    }

    @Override
    public int quickSeeds() {
        return 1;
    }

    @Override
    public void run(ExperimentRun run) throws IOException {
        SideTaskSettings settings = SideTaskSettings.of(run);
        SideTaskResults results = new SideTaskResults(settings.targets());
        for (long seed : run.seeds()) {
            try (SideTaskSeed organism = new SideTaskSeed(run, settings, seed)) {
                String suffix = "-seed" + seed;
                results.add(
                        SideTaskResults.BEFORE,
                        run.cell("before" + suffix, SideTaskMeasurement.class, organism::before));
                for (TuningTarget target : settings.targets()) {
                    String tuned = target.monitor().key();
                    results.add(
                            tuned,
                            run.cell(
                                    "after-" + tuned + suffix,
                                    SideTaskMeasurement.class,
                                    () -> organism.after(target)));
                }
            }
        }
        results.publish(run);
    }
}
