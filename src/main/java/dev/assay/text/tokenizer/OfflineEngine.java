package dev.assay.text.tokenizer;

import java.io.IOException;

/**
 * Loads the native tokenizer library with DJL's offline switch on. Otherwise DJL reports its use to a server and, on a machine with a GPU,
 * downloads another build of the library. The switch is a system property, which is restored afterwards.
 */
final class OfflineEngine {
    private static final String PROPERTY = "ai.djl.offline";

    private OfflineEngine() {}

    /** An action that loads native code. */
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
