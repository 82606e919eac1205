package dev.assay.spark;

import java.io.IOException;
import java.net.URI;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.util.Progressable;

/**
 * The local file system under the scheme {@code failing}. It is written like a remote one, and creating a file whose path contains a
 * configured text fails with a configured message while the switch file exists.
 */
public final class FailingFileSystem extends RawLocalFileSystem {
    private static final String MESSAGE = "test.failing.message";
    private static final String PATH = "test.failing.path";

    /** Returns a configuration in which every file fails. */
    static Configuration configure(Configuration configuration, String message) {
        return configure(configuration, message, "");
    }

    /** Returns a configuration in which files fail whose paths contain a text. */
    static Configuration configure(Configuration configuration, String message, String path) {
        configuration.set("fs.failing.impl", FailingFileSystem.class.getName());
        configuration.setBoolean("fs.failing.impl.disable.cache", true);
        configuration.set(MESSAGE, message);
        configuration.set(PATH, path);
        return configuration;
    }

    @Override
    public URI getUri() {
        return URI.create("failing:///");
    }

    @Override
    public String getScheme() {
        return "failing";
    }

    @Override
    public FSDataOutputStream create(
            Path file, boolean overwrite, int buffer, short replication, long block, Progressable progress)
            throws IOException {
        String message = getConf().get(MESSAGE, "");
        if (!message.isEmpty() && file.toString().contains(getConf().get(PATH, ""))) {
            throw new IOException(message);
        }
        return super.create(file, overwrite, buffer, replication, block, progress);
    }
}
