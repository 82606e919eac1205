package dev.assay.spark;

import dev.assay.run.Run;
import dev.assay.run.RunLoader;
import dev.assay.spark.internal.file.HadoopFiles;
import dev.assay.spark.internal.file.HostCache;
import dev.assay.spark.internal.file.SharedFolder;
import java.io.IOException;
import java.io.Serializable;
import java.util.List;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.util.SerializableConfiguration;

/**
 * A dictionary that every task opens itself.
 *
 * @param name a folder at the same path on every host, a name on the hub, or the URI of a folder on a Hadoop file system
 * @param copied the folder of a URI; empty for other names
 * @param loader the options of opening it
 * @param configuration the configuration of Hadoop
 */
record DictionaryReference(
        String name, List<SharedFolder> copied, RunLoader loader, SerializableConfiguration configuration)
        implements Serializable {
    private static final Pattern URI = Pattern.compile("[a-z][a-z0-9+.-]+:.*");

    DictionaryReference {
        copied = List.copyOf(copied);
    }

    /** Names a dictionary; reads the files of a URI for their hashes. */
    static DictionaryReference of(String name, RunLoader loader, Configuration hadoop) throws IOException {
        List<SharedFolder> copied = List.of();
        if (isUri(name)) {
            HadoopFiles files = HadoopFiles.in(name, hadoop);
            List<String> names =
                    files.list("").stream().filter(file -> !file.contains("/")).toList();
            copied = List.of(SharedFolder.hashed(name, files, names));
        }
        return new DictionaryReference(name, copied, loader, new SerializableConfiguration(hadoop));
    }

    /** Returns whether a name has a scheme, such as {@code hdfs:} or {@code file:}. */
    static boolean isUri(String name) {
        return URI.matcher(name).matches();
    }

    /** Opens the dictionary on the device of the task; the caller closes it. */
    Run open() throws IOException {
        RunLoader here = loader.device(TaskDevice.current());
        return copied.isEmpty()
                ? here.open(name)
                : here.open(HostCache.ofHost().local(copied.get(0), configuration.value()));
    }
}
