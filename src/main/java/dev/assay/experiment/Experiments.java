package dev.assay.experiment;

import dev.assay.InvalidInputException;
import dev.assay.io.FolderLock;
import dev.assay.io.NearestName;
import dev.assay.io.Providers;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;

/** The experiments on the class path: those of Assay and those of other projects. */
public final class Experiments {
    private Experiments() {}

    /**
     * Returns all experiments.
     *
     * @return sorted by name
     * @throws InvalidInputException if an experiment does not load or two have the same name
     */
    public static List<Experiment> all() {
        List<Experiment> all = Providers.load(Experiment.class).stream()
                .sorted(Comparator.comparing(Experiment::name))
                .toList();
        for (int i = 1; i < all.size(); i++) {
            String name = all.get(i).name();
            InvalidInputException.require(
                    !name.equals(all.get(i - 1).name()),
                    () -> "two experiments on the class path are named \"" + name + "\", expected different names");
        }
        return all;
    }

    /**
     * Returns the experiment of a name.
     *
     * @param name such as {@code toy}
     * @return the experiment
     * @throws InvalidInputException if there is none
     */
    public static Experiment named(String name) {
        List<Experiment> all = all();
        return all.stream()
                .filter(experiment -> experiment.name().equals(name))
                .findFirst()
                .orElseThrow(() -> {
                    List<String> names = all.stream().map(Experiment::name).toList();
                    return new InvalidInputException("unknown experiment \"" + name + "\", expected "
                            + NearestName.of(name, names).orElse("one of " + String.join(", ", names)));
                });
    }

    /**
     * Runs an experiment, or resumes it if its folder holds finished cells of the same options.
     *
     * @param experiment the experiment
     * @param options its folder is locked meanwhile
     * @param progress receives a line at each step of the work
     * @return the results, which are also in the folder
     * @throws IOException if a file cannot be read or written
     * @throws InvalidInputException if an option is unusable, or the folder holds something else
     */
    public static ExperimentReport run(Experiment experiment, ExperimentOptions options, Consumer<String> progress)
            throws IOException {
        ExperimentFolder folder = new ExperimentFolder(options.folder());
        ExperimentRun run = new ExperimentRun(experiment, options, folder, progress);
        try (FolderLock lock = FolderLock.in(options.folder())) {
            folder.begin(experiment, options.identity(experiment));
            experiment.run(run);
            return run.finish();
        }
    }
}
