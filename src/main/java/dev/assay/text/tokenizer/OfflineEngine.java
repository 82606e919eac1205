package dev.assay.text.tokenizer;

import java.io.IOException;

/**
 * Runs what loads the native tokenizer library with DJL's offline switch on: DJL otherwise reports its use to a server and, where
 * it sees a GPU, downloads another build of the library. The switch is a system property, so it is put back afterwards.
 */
final class OfflineEngine {
    private static final String PROPERTY = "ai.djl.offline";

    private OfflineEngine() {}

    /** What to run. */
    interface Loading<T> {
        T run() throws IOException;
    }

    static synchronized <T> T call(Loading<T> loading) throws IOException {
        String before = System.getProperty(PROPERTY);
        System.setProperty(PROPERTY, "true");
        try {
            return loading.run();
        } finally {
            if (before == null) {
                System.clearProperty(PROPERTY);
            } else {
                System.setProperty(PROPERTY, before);
            }
        }
    }
}
