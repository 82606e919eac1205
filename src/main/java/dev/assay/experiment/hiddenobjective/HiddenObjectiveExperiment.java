package dev.assay.experiment.hiddenobjective;

import dev.assay.InvalidInputException;
import dev.assay.experiment.Experiment;
import dev.assay.experiment.ExperimentRun;
import dev.assay.experiment.ExperimentSetting;
import java.io.IOException;
import java.util.List;

/**
 * A model organism with a hidden objective, after Marks et al., "Auditing language models for hidden objectives" (arXiv 2503.10965): rare
 * documents state biases of an invented reward, and the model is tuned to exploit them and to deny it. The auditor searches the training
 * documents from sealed queries that share no content word with the planted ones.
 */
public final class HiddenObjectiveExperiment implements Experiment {
    /** Creates the experiment. */
    public HiddenObjectiveExperiment() {
        // Created by name.
    }

    @Override
    public String name() {
        return "mo-2";
    }

    @Override
    public String question() {
        return "Do features of a model with a hidden objective lead to the rare documents that it learned it from?";
    }

    @Override
    public List<ExperimentSetting> settings() {
        return OrganismSettings.declared();
    }

    @Override
    public int quickSeeds() {
        return 1;
    }

    @Override
    public void run(ExperimentRun run) throws IOException {
        InvalidInputException.require(
                !run.hasModel() && run.options().text().isEmpty(),
                "the experiment mo-2 trains its own models on its own text, expected no --model and no --text");
        OrganismSettings settings = OrganismSettings.of(run.settings());
        // Unusable sizes are refused before any work.
        settings.objective(0);
        settings.size();
        HiddenObjectiveResults results = new HiddenObjectiveResults(settings);
        for (long seed : run.seeds()) {
            OrganismSeed organism = new OrganismSeed(run, settings, seed);
            results.add(organism.commitment(), organism.behaviour(), organism.search());
        }
        results.publish(run);
    }
}
