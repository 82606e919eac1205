package dev.assay.spark;

import ai.djl.Device;
import java.util.Map;
import org.apache.spark.TaskContext;
import org.apache.spark.resource.ResourceInformation;

/** The device and the threads that Spark's scheduler has assigned to the running task. */
final class TaskDevice {
    private static final String GPU = "gpu";

    private TaskDevice() {}

    /**
     * Returns the device: the GPU of the task if the job requests the resource {@code gpu} ({@code spark.task.resource.gpu.amount}),
     * otherwise the CPU.
     */
    static Device current() {
        TaskContext task = TaskContext.get();
        return task == null ? Device.cpu() : of(task.resourcesJMap());
    }

    static Device of(Map<String, ResourceInformation> resources) {
        ResourceInformation gpu = resources.get(GPU);
        return gpu == null || gpu.addresses().length == 0
                ? Device.cpu()
                : Device.gpu(Integer.parseInt(gpu.addresses()[0]));
    }

    /** Returns {@code spark.task.cpus}, the number of threads of an operation; 0 outside of a task. */
    static int threads() {
        TaskContext task = TaskContext.get();
        return task == null ? 0 : task.cpus();
    }
}
