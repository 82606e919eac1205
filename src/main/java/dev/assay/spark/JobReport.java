package dev.assay.spark;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.io.Json;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The environments of the tasks of a job. If they are equal, the result has the bytes of one machine with the same environment; otherwise
 * the last bits of its numbers can depend on which executor computed which unit.
 *
 * @param environments the different environments, in the order of the units
 */
record JobReport(Set<TaskEnvironment> environments) {
    /** The file of the report, next to the manifest. */
    static final String FILE = "spark.json";

    static JobReport of(List<UnitRecord> records) {
        Set<TaskEnvironment> environments = new LinkedHashSet<>();
        records.forEach(record -> environments.add(record.environment()));
        return new JobReport(environments);
    }

    boolean isReproducible() {
        return environments.size() <= 1;
    }

    /** Returns one sentence if the environments differ; none otherwise. */
    List<String> warnings() {
        if (isReproducible()) {
            return List.of();
        }
        List<TaskEnvironment> all = List.copyOf(environments);
        return List.of("executors differ (" + all.get(0).differences(all.get(1))
                + "), so the result need not have the bytes of another run");
    }

    String toJson() {
        ObjectNode json = Json.mapper().createObjectNode().put("reproducible", isReproducible());
        var list = json.putArray("environments");
        environments.forEach(environment -> list.add(environment.toJson()));
        return Json.pretty(json);
    }
}
