package dev.assay.spark;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.io.Json;
import dev.assay.io.JsonObject;
import dev.assay.provenance.AssayVersion;
import dev.assay.tensor.Threads;
import dev.assay.tensor.TorchEngine;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Everything that decides the last bits of floating-point results. Two tasks compute the same bits of the same unit if their environments
 * are equal.
 *
 * @param threads the number of threads of an operation
 * @param device the device, such as {@code cpu}
 * @param processor the architecture with the vector extensions of the processor
 * @param engine the version of PyTorch
 * @param assay the version of Assay
 */
record TaskEnvironment(int threads, String device, String processor, String engine, String assay)
        implements Serializable {
    private static final Path CPU_INFO = Path.of("/proc/cpuinfo");
    private static final Set<String> VECTOR_PREFIXES =
            Set.of("sse4", "avx", "fma", "amx", "asimd", "sve", "neon", "bf16");

    /** Describes the running task after the model was loaded. */
    static TaskEnvironment current() {
        return new TaskEnvironment(
                Threads.count(),
                TaskDevice.current().toString().replaceAll("\\(.*", ""),
                processor(CPU_INFO),
                TorchEngine.version(),
                AssayVersion.current());
    }

    /** Reads the vector extensions; systems without such a file have only the architecture. */
    static String processor(Path cpuInfo) {
        String architecture = System.getProperty("os.arch");
        try (Stream<String> lines = Files.lines(cpuInfo)) {
            Optional<String> flags = lines.filter(line -> line.startsWith("flags") || line.startsWith("Features"))
                    .findFirst();
            return architecture
                    + flags.map(line -> Stream.of(line.substring(line.indexOf(':') + 1)
                                            .strip()
                                            .split(" "))
                                    .filter(flag -> VECTOR_PREFIXES.stream().anyMatch(flag::startsWith))
                                    .collect(Collectors.toCollection(TreeSet::new)))
                            .filter(found -> !found.isEmpty())
                            .map(found -> " " + String.join(" ", found))
                            .orElse("");
        } catch (IOException noFile) {
            return architecture;
        }
    }

    ObjectNode toJson() {
        ObjectNode json = Json.mapper().createObjectNode();
        fields().forEach(json::put);
        return json;
    }

    private Map<String, String> fields() {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("threads", Integer.toString(threads));
        fields.put("device", device);
        fields.put("processor", processor);
        fields.put("engine", engine);
        fields.put("assay", assay);
        return fields;
    }

    static TaskEnvironment read(JsonObject json) {
        return new TaskEnvironment(
                Integer.parseInt(json.text("threads")),
                json.text("device"),
                json.text("processor"),
                json.text("engine"),
                json.text("assay"));
    }

    /** Returns the differences to another environment in words; empty if they are equal. */
    String differences(TaskEnvironment other) {
        Map<String, String> others = other.fields();
        return fields().entrySet().stream()
                .filter(field -> !field.getValue().equals(others.get(field.getKey())))
                .map(field -> field.getKey() + " " + field.getValue() + " and " + others.get(field.getKey()))
                .collect(Collectors.joining(", "));
    }
}
