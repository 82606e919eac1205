package dev.assay.cli;

import ai.djl.Device;
import dev.assay.InvalidInputException;
import dev.assay.tensor.Threads;
import dev.assay.tensor.TorchEngine;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Option;

/** The device of a command and its number of threads. */
final class DeviceOption {
    private static final Pattern GPU = Pattern.compile("(?:gpu|cuda):?(\\d{0,4})");

    @Option(
            names = "--device",
            paramLabel = "NAME",
            defaultValue = "cpu",
            description = "device: cpu, or gpu0, gpu1, … (default ${DEFAULT-VALUE})")
    private String name;

    @Option(names = "--threads", paramLabel = "N", description = "threads per operation (default: the physical cores)")
    private Integer threads;

    /** Returns the device, after checking that this machine has it, and sets the number of threads. */
    Device device() {
        if (threads != null) {
            Threads.set(threads);
        }
        if (name.equals("cpu")) {
            return Device.cpu();
        }
        Matcher gpu = GPU.matcher(name);
        if (!gpu.matches()) {
            throw new InvalidInputException("device is \"" + name + "\", expected cpu, or gpu0, gpu1, …");
        }
        int number = gpu.group(1).isEmpty() ? 0 : Integer.parseInt(gpu.group(1));
        int available = TorchEngine.gpuCount();
        if (number >= available) {
            throw new InvalidInputException("device is \"" + name + "\", but PyTorch sees " + available
                    + " GPUs here, expected cpu" + (available == 0 ? "" : ", or gpu0 to gpu" + (available - 1)));
        }
        return Device.gpu(number);
    }
}
