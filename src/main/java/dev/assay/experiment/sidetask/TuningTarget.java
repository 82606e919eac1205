package dev.assay.experiment.sidetask;

import dev.assay.InvalidInputException;
import java.util.Arrays;
import java.util.List;

/** A monitor against which the organism is tuned. */
enum TuningTarget {
    OUTPUT(MonitorKind.OUTPUT_WORDS),
    SCRATCHPAD(MonitorKind.SCRATCHPAD_WORDS),
    BOTH(MonitorKind.BOTH_WORDS),
    ACTIVATIONS(MonitorKind.ACTIVATIONS),
    FEATURES(MonitorKind.FEATURES);

    private final MonitorKind monitor;

    TuningTarget(MonitorKind monitor) {
        this.monitor = monitor;
    }

    /** Reads the setting: names of monitors, or {@value SideTaskSettings#ALL_TARGETS}. */
    static List<TuningTarget> parse(List<String> names) {
        if (names.equals(List.of(SideTaskSettings.ALL_TARGETS))) {
            return List.of(values());
        }
        List<String> known =
                Arrays.stream(values()).map(target -> target.monitor.key()).toList();
        for (String name : names) {
            InvalidInputException.require(
                    known.contains(name),
                    () -> "setting targets has \"" + name + "\", expected " + SideTaskSettings.ALL_TARGETS
                            + ", or some of " + String.join(", ", known));
        }
        return Arrays.stream(values())
                .filter(target -> names.contains(target.monitor.key()))
                .toList();
    }

    MonitorKind monitor() {
        return monitor;
    }

    /** Returns whether the monitor reads text, so that it has no gradient. */
    boolean readsText() {
        return this == OUTPUT || this == SCRATCHPAD || this == BOTH;
    }
}
