package dev.assay.experiment;

import ai.djl.Device;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.InvalidInputException;
import dev.assay.io.Json;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The options that all experiments share.
 *
 * <pre>{@code
 * ExperimentOptions.of(Path.of("runs/layers")).asQuick().withModel("EleutherAI/pythia-70m-deduped")
 * }</pre>
 *
 * @param folder the folder of results
 * @param quick whether to run the quick form
 * @param seeds the number of seeds; 0 for the default of the form
 * @param model a Hugging Face folder or a name on the hub; empty for the experiment's own model
 * @param text files, folders, globs or {@code assay/stories/COUNT}; empty for the experiment's own text
 * @param device the device of models and dictionaries
 * @param settings values of the experiment's own settings, by name
 */
public record ExperimentOptions(
        Path folder,
        boolean quick,
        int seeds,
        String model,
        List<String> text,
        Device device,
        Map<String, String> settings) {
    /** The number of seeds of the full form. */
    public static final int FULL_SEEDS = 5;
    /** The default number of seeds of the quick form. */
    public static final int QUICK_SEEDS = 2;

    private static final String FORM = "form";
    private static final String MODEL = "model";
    private static final String TEXT = "text";
    private static final String DEVICE = "device";

    /** Names that no setting of an experiment may have: settings are stored in one JSON object with these fields. */
    static final List<String> RESERVED =
            List.of(FORM, "quick", ExperimentFolder.SEEDS, MODEL, TEXT, DEVICE, ExperimentFolder.VERSION);

    /** Copies the collections and checks the number of seeds. */
    public ExperimentOptions {
        InvalidInputException.require(seeds >= 0, "the number of seeds", seeds, "at least 1");
        text = List.copyOf(text);
        settings = Collections.unmodifiableMap(new TreeMap<>(settings));
    }

    /**
     * Returns the options of the full form on the CPU.
     *
     * @param folder the folder of results
     * @return the options
     */
    public static ExperimentOptions of(Path folder) {
        return new ExperimentOptions(folder, false, 0, "", List.of(), Device.cpu(), Map.of());
    }

    /** {@return a copy for the quick form} */
    public ExperimentOptions asQuick() {
        return new ExperimentOptions(folder, true, seeds, model, text, device, settings);
    }

    /**
     * Returns a copy with another number of seeds.
     *
     * @param number at least 1
     * @return the copy
     */
    public ExperimentOptions withSeeds(int number) {
        InvalidInputException.requireAtLeast(1, "the number of seeds", number);
        return new ExperimentOptions(folder, quick, number, model, text, device, settings);
    }

    /**
     * Returns a copy on another model.
     *
     * @param name a Hugging Face folder or a name on the hub
     * @return the copy
     */
    public ExperimentOptions withModel(String name) {
        return new ExperimentOptions(folder, quick, seeds, name, text, device, settings);
    }

    /**
     * Returns a copy on other text.
     *
     * @param sources files, folders, globs or {@code assay/stories/COUNT}
     * @return the copy
     */
    public ExperimentOptions withText(String... sources) {
        return new ExperimentOptions(folder, quick, seeds, model, List.of(sources), device, settings);
    }

    /**
     * Returns a copy on another device.
     *
     * @param other the device of models and dictionaries
     * @return the copy
     */
    public ExperimentOptions withDevice(Device other) {
        return new ExperimentOptions(folder, quick, seeds, model, text, other, settings);
    }

    /**
     * Returns a copy with another value of a setting.
     *
     * @param name of the setting
     * @param value in the form of the command line
     * @return the copy
     */
    public ExperimentOptions withSetting(String name, String value) {
        Map<String, String> all = new TreeMap<>(settings);
        all.put(name, value);
        return new ExperimentOptions(folder, quick, seeds, model, text, device, all);
    }

    /**
     * Returns the options that decide the results, with the defaults of an experiment filled in.
     *
     * @param experiment the experiment
     * @return form, seeds, model, text, device and settings
     */
    ObjectNode identity(Experiment experiment) {
        ObjectNode json = Json.mapper().createObjectNode();
        json.put(FORM, quick ? "quick" : "full")
                .put(ExperimentFolder.SEEDS, seeds(experiment))
                .put(MODEL, model.isEmpty() ? "default" : model)
                .put(TEXT, text.isEmpty() ? "default" : String.join(",", text))
                .put(DEVICE, device.toString());
        ExperimentSettings.of(experiment, quick, settings).values().forEach(json::put);
        return json;
    }

    /** Returns the number of seeds. */
    int seeds(Experiment experiment) {
        return seeds > 0 ? seeds : quick ? experiment.quickSeeds() : FULL_SEEDS;
    }
}
