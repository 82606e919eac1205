package dev.assay.cli;

import dev.assay.InvalidInputException;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.HookPoint;
import dev.assay.run.RunDescription;
import dev.assay.sae.SaeMetadata;
import dev.assay.sae.SparseAutoencoder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Dictionaries with the model that they are for, to be run under edits. */
final class EditedModel implements AutoCloseable {
    private final List<SparseAutoencoder> dictionaries = new ArrayList<>();
    private final List<HookPoint> points = new ArrayList<>();
    private HookedTransformer model;

    private EditedModel() {}

    /**
     * Loads dictionaries and their model.
     *
     * @param folders of the dictionaries
     * @param sites of the dictionaries, by name; those of their metadata where the list ends before
     * @param options the model, where it is not that of the first dictionary's run or metadata
     */
    static EditedModel load(List<Path> folders, List<String> sites, ModelOptions options) throws IOException {
        EditedModel loaded = new EditedModel();
        try {
            if (sites.size() > folders.size()) {
                throw new InvalidInputException(
                        sites.size() + " sites are named for " + folders.size() + " dictionaries, expected one each");
            }
            for (int i = 0; i < folders.size(); i++) {
                SparseAutoencoder sae = SparseAutoencoder.load(folders.get(i), options.device());
                loaded.dictionaries.add(sae);
                String site = i < sites.size() ? sites.get(i) : sae.metadata().requiredHookName();
                loaded.points.add(HookPoint.parse(site));
            }
            SaeMetadata metadata = loaded.dictionaries.get(0).metadata();
            loaded.model = options.load(options.change(run(folders.get(0), metadata, options), null));
            return loaded;
        } catch (IOException | RuntimeException failure) {
            loaded.close();
            throw failure;
        }
    }

    /** What run.json says; a dictionary from elsewhere has its metadata, or is told its model. */
    private static RunDescription run(Path folder, SaeMetadata metadata, ModelOptions options) throws IOException {
        if (Files.exists(folder.resolve(RunDescription.FILE))) {
            return RunDescription.read(folder);
        }
        String model = options.model() == null ? metadata.modelName().orElse(null) : options.model();
        if (model == null) {
            throw new InvalidInputException(folder + " has no " + RunDescription.FILE
                    + " and its cfg.json names no model, expected --model beside it");
        }
        return new RunDescription(model, "", List.of(), "text", 0, metadata.prependBos(), 0, 0);
    }

    HookedTransformer model() {
        return model;
    }

    int size() {
        return dictionaries.size();
    }

    SparseAutoencoder dictionary(int i) {
        return dictionaries.get(i);
    }

    HookPoint point(int i) {
        return points.get(i);
    }

    @Override
    public void close() {
        dictionaries.forEach(SparseAutoencoder::close);
        if (model != null) {
            model.close();
        }
    }
}
