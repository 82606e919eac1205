package dev.assay.spark;

import dev.assay.InvalidInputException;
import dev.assay.feature.store.WeightsHash;
import dev.assay.run.Run;
import dev.assay.sae.SparseAutoencoder;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/** The dictionaries of this process, shared by all tasks. One without users stays loaded until a task asks for another one. */
final class DictionaryHolder {
    private static final DictionaryHolder PROCESS = new DictionaryHolder();

    private final Map<String, Held> dictionaries = new LinkedHashMap<>();

    private DictionaryHolder() {}

    /** {@return the dictionaries of this process} */
    static DictionaryHolder ofProcess() {
        return PROCESS;
    }

    private static final class Held {
        private final Run run;
        private int users;

        Held(Run run) {
            this.run = run;
        }
    }

    /**
     * Uses a dictionary.
     *
     * @param reference the dictionary
     * @param hash its hash on the driver
     * @return the dictionary, until the lease is closed
     * @throws IOException if a file cannot be read
     * @throws InvalidInputException if the dictionary of this host has another hash
     */
    synchronized ModelLease<SparseAutoencoder> use(DictionaryReference reference, String hash) throws IOException {
        String key = reference.name() + " " + hash + " " + TaskDevice.current();
        Held held = dictionaries.get(key);
        if (held == null) {
            dictionaries.values().removeIf(DictionaryHolder::closedUnused);
            Run run = reference.open();
            try {
                requireSame(reference.name(), WeightsHash.of(run.dictionary()), hash);
            } catch (IOException | RuntimeException failure) {
                run.close();
                throw failure;
            }
            held = new Held(run);
            dictionaries.put(key, held);
        }
        held.users++;
        Held used = held;
        return new ModelLease<>(held.run.dictionary(), key, () -> release(used));
    }

    private static void requireSame(String name, String found, String expected) {
        InvalidInputException.require(
                found.equals(expected),
                () -> name + " has the hash " + found + " on an executor, expected " + expected
                        + " as on the driver; every host must read the same dictionary");
    }

    private static boolean closedUnused(Held held) {
        if (held.users == 0) {
            held.run.close();
        }
        return held.users == 0;
    }

    private synchronized void release(Held held) {
        held.users--;
    }
}
