package dev.assay.spark;

import dev.assay.InvalidInputException;
import dev.assay.model.HookedTransformer;
import dev.assay.run.RunDescription;
import dev.assay.run.SourceModel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The models of this process, shared by all tasks. An executor loads a model once. A model without users stays loaded until a task asks
 * for another one, so that an executor never holds more models than its running tasks use.
 */
final class ModelHolder {
    private static final ModelHolder PROCESS = new ModelHolder();

    private final Map<Key, Held> models = new LinkedHashMap<>();

    ModelHolder() {}

    /** {@return the models of this process} */
    static ModelHolder ofProcess() {
        return PROCESS;
    }

    /** Everything that decides the content of a loaded model; no sites mean the whole model. */
    private record Key(String model, String tokenizer, String precision, List<String> sites, String device) {}

    private static final class Held {
        private final AutoCloseable model;
        private String hash = "";
        private int users;

        Held(AutoCloseable model) {
            this.model = model;
        }
    }

    /** Loads a model. */
    private interface Loading {
        AutoCloseable load() throws IOException;
    }

    /**
     * Uses the blocks of a model up to its sites.
     *
     * @param run the model and its sites
     * @param hash the expected hash of the model; empty if it is not known yet
     * @return the model, until the lease is closed
     * @throws IOException if a file cannot be read
     * @throws InvalidInputException if the model of this host has another hash
     */
    ModelLease<SourceModel> source(RunDescription run, String hash) throws IOException {
        NativeLibraries.start(TaskDevice.threads());
        var device = TaskDevice.current();
        Held held = acquire(key(run, run.hooks(), device.toString()), () -> SourceModel.open(run, run.hooks(), device));
        SourceModel model = (SourceModel) held.model;
        return checked(held, model, run, hash, model::hash);
    }

    /**
     * Uses a whole model.
     *
     * @param run the model
     * @param hash the expected hash of the model; empty if it is not known yet
     * @return the model, until the lease is closed
     * @throws IOException if a file cannot be read
     * @throws InvalidInputException if the model of this host has another hash
     */
    ModelLease<HookedTransformer> whole(RunDescription run, String hash) throws IOException {
        NativeLibraries.start(TaskDevice.threads());
        var device = TaskDevice.current();
        Held held = acquire(key(run, List.of(), device.toString()), () -> SourceModel.whole(run, device));
        HookedTransformer model = (HookedTransformer) held.model;
        return checked(held, model, run, hash, model::hash);
    }

    private static Key key(RunDescription run, List<String> sites, String device) {
        return new Key(run.model(), run.tokenizer(), run.precision().toString(), sites, device);
    }

    private synchronized Held acquire(Key key, Loading loading) throws IOException {
        Held held = models.get(key);
        if (held == null) {
            closeUnused();
            held = new Held(loading.load());
            models.put(key, held);
        }
        held.users++;
        return held;
    }

    private void closeUnused() {
        for (Iterator<Held> all = models.values().iterator(); all.hasNext(); ) {
            Held held = all.next();
            if (held.users == 0) {
                all.remove();
                close(held.model);
            }
        }
    }

    private static void close(AutoCloseable model) {
        if (model instanceof SourceModel source) {
            source.close();
        } else {
            ((HookedTransformer) model).close();
        }
    }

    /** Computes the hash of the model at its first use, since it reads all weights. */
    private interface Hashing {
        String hash();
    }

    private <T> ModelLease<T> checked(Held held, T model, RunDescription run, String expected, Hashing hashing) {
        try {
            String found;
            synchronized (held) {
                if (held.hash.isEmpty()) {
                    held.hash = hashing.hash();
                }
                found = held.hash;
            }
            InvalidInputException.require(
                    expected.isEmpty() || expected.equals(found),
                    () -> run.model() + " on host " + hostName() + " has the hash " + found + ", expected " + expected
                            + " as on the driver; every host must read the same model");
            return new ModelLease<>(model, found, () -> release(held));
        } catch (RuntimeException failure) {
            release(held);
            throw failure;
        }
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException unnamed) {
            return "without a name";
        }
    }

    private synchronized void release(Held held) {
        held.users--;
    }

    /** Returns the number of loaded models. */
    synchronized int size() {
        return models.size();
    }
}
