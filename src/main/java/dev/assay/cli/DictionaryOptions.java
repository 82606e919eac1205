package dev.assay.cli;

import ai.djl.Device;
import dev.assay.run.Run;
import dev.assay.run.RunLoader;
import java.io.IOException;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/**
 * What a dictionary is for: its model, site and text, which are those of training unless they are named. Shared by all commands that open
 * a dictionary.
 */
final class DictionaryOptions {
    /** Describes the parameter that names a dictionary. */
    static final String DIR = "a dictionary: its folder, params.npz, or org/name/folder on the hub";

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Mixin
    private LoaderOptions source;

    @Mixin
    private DeviceOption place;

    /** Returns the options of a {@link Run} with the values of the command line. */
    RunLoader loader() {
        Device device = place.device();
        return source.loader().device(device);
    }

    /** Returns options for another dictionary of the same command, to which the text and the site do not apply. */
    RunLoader loaderOfOther() {
        return source.withModel(Run.loader().device(place.device()));
    }

    /** Opens one dictionary. */
    Run open(String name) {
        return open(name, loader());
    }

    /** Opens one dictionary with changed options. */
    Run open(String name, RunLoader loader) {
        source.requireOneSite();
        return loader.open(name);
    }

    /** Prints what the feature store of a dictionary has other than was asked for. */
    void reportStoreDifferences(Run run) throws IOException {
        run.storeDifferences().forEach(sentence -> spec.commandLine().getErr().println("assay: " + sentence));
    }
}
