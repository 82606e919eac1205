package dev.assay.run;

import dev.assay.attach.AttachedDictionary;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.HookPoint;
import dev.assay.sae.SparseAutoencoder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Dictionaries at different sites of one model. Closing the group closes them and the model. */
public final class DictionaryGroup implements AutoCloseable {
    private final List<Run> runs;
    private final List<AttachedDictionary> attached = new ArrayList<>();

    private DictionaryGroup(List<Run> runs) {
        this.runs = runs;
    }

    static DictionaryGroup open(List<Run> runs) throws IOException {
        DictionaryGroup group = new DictionaryGroup(runs);
        try {
            for (Run run : runs) {
                run.sitedDictionary(); // a dictionary that cannot be read is reported before the model is loaded
            }
            HookedTransformer model = runs.get(0).model();
            for (Run run : runs) {
                ModuleOutput.require(model, run.dictionary().metadata());
                group.attached.add(AttachedDictionary.of(model, run.dictionary()));
            }
            return group;
        } catch (IOException | RuntimeException failure) {
            group.close();
            throw failure;
        }
    }

    /**
     * Returns the model.
     *
     * @return the model, open until the group is closed
     * @throws IOException if a file cannot be read
     */
    public HookedTransformer model() throws IOException {
        return runs.get(0).model();
    }

    /** {@return the number of dictionaries} */
    public int size() {
        return runs.size();
    }

    /**
     * Returns a dictionary.
     *
     * @param index from 0
     * @return the dictionary, open until the group is closed
     * @throws IOException if a file cannot be read
     */
    public SparseAutoencoder dictionary(int index) throws IOException {
        return runs.get(index).dictionary();
    }

    /**
     * Returns the site that a dictionary reads.
     *
     * @param index from 0
     * @return the hook point
     */
    public HookPoint point(int index) {
        return attached.get(index).sites().read();
    }

    /** {@return the dictionaries at their sites in the model} */
    public List<AttachedDictionary> attached() {
        return List.copyOf(attached);
    }

    @Override
    public void close() {
        runs.forEach(Run::close);
    }
}
