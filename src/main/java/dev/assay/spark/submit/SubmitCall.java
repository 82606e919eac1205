package dev.assay.spark.submit;

import dev.assay.InvalidInputException;
import dev.assay.spark.submit.MasterUrl.Kind;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A call of {@code spark-submit} that runs a command of Assay on a cluster.
 *
 * <p>Each task of Spark has a fixed number of threads per operation, {@link #threads}: sums are split by thread, so results are bit-identical
 * to those of a single machine only for equal numbers of threads.
 */
public final class SubmitCall {
    /** The class that runs a command in the driver. */
    public static final String MAIN_CLASS = "dev.assay.cli.SparkMain";

    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_@%+=:,./-]+");
    private static final Pattern SIZE = Pattern.compile("[1-9]\\d*[kmgtKMGT]?[bB]?");
    private static final String TASK_CPUS = "spark.task.cpus";
    private static final String DRIVER_JAVA = "spark.driver.extraJavaOptions";
    private static final String OVERHEAD = "spark.executor.memoryOverhead";
    /** Large arrays stay on glibc's heap, as for {@code scripts/assay}. */
    private static final String MALLOC = "glibc.malloc.mmap_max=0:glibc.malloc.trim_threshold=68719476736";

    private final SparkHome home;
    private final MasterUrl master;
    private final Map<String, String> conf = new LinkedHashMap<>();
    private final List<String> userJars = new ArrayList<>();
    private final List<String> packages = new ArrayList<>();
    private String deployMode = "client";
    private String name = "assay";
    private String executorMemory; // null for the default of Spark
    private String driverMemory; // null for the default of Spark
    private Integer executors; // null for the default of the cluster manager
    private Integer executorCores; // null for the default of the cluster manager
    private int threads = 1;
    private long overhead;

    private SubmitCall(SparkHome home, MasterUrl master) {
        this.home = home;
        this.master = master;
    }

    /**
     * Creates a call with the defaults of Spark and one thread per task.
     *
     * @param home the installation of Spark
     * @param master the URL of the cluster manager
     * @return the call
     * @throws InvalidInputException if the URL has an unknown form
     */
    public static SubmitCall of(SparkHome home, String master) {
        return new SubmitCall(home, MasterUrl.of(master));
    }

    /**
     * Sets where the driver runs.
     *
     * @param mode {@code client} for this machine or {@code cluster} for a machine of the cluster
     * @return this
     */
    public SubmitCall deployMode(String mode) {
        InvalidInputException.require(
                mode.equals("client") || mode.equals("cluster"),
                () -> "--deploy-mode is \"" + mode + "\", expected client or cluster");
        InvalidInputException.require(
                mode.equals("client") || !isLocal(),
                () -> "--deploy-mode is cluster with --master " + master.url() + ", expected client");
        deployMode = mode;
        return this;
    }

    /**
     * Sets the name of the application in Spark's pages.
     *
     * @param application the name
     * @return this
     */
    public SubmitCall name(String application) {
        name = application;
        return this;
    }

    /**
     * Sets the number of executors.
     *
     * @param count at least 1
     * @return this
     */
    public SubmitCall executors(int count) {
        InvalidInputException.requireAtLeast(1, "--executors", count);
        InvalidInputException.require(
                !isLocal() && master.kind() != Kind.LOCAL_CLUSTER,
                () -> "--executors is given with --master " + master.url()
                        + ", which states its tasks itself; expected local[N] for N tasks at a time");
        executors = count;
        return this;
    }

    /**
     * Sets the cores of an executor. An executor runs {@code cores / threads} tasks at a time.
     *
     * @param count at least the number of threads per task
     * @return this
     */
    public SubmitCall executorCores(int count) {
        executorCores = InvalidInputException.requireAtLeast(1, "--executor-cores", count);
        return this;
    }

    /**
     * Sets the number of threads per operation of a task.
     *
     * @param count at least 1
     * @return this
     */
    public SubmitCall threads(int count) {
        threads = InvalidInputException.requireAtLeast(1, "--threads", count);
        return this;
    }

    /**
     * Sets the Java heap of an executor.
     *
     * @param size such as {@code 4g}
     * @return this
     */
    public SubmitCall executorMemory(String size) {
        executorMemory = size(size, "--executor-memory");
        return this;
    }

    /**
     * Sets the Java heap of the driver.
     *
     * @param size such as {@code 4g}
     * @return this
     */
    public SubmitCall driverMemory(String size) {
        driverMemory = size(size, "--driver-memory");
        return this;
    }

    /**
     * Sets the native memory of an executor, outside the Java heap.
     *
     * @param mebibytes the memory in MiB
     * @return this
     */
    public SubmitCall memoryOverhead(long mebibytes) {
        overhead = mebibytes;
        return this;
    }

    /**
     * Sets the native memory of an executor, outside the Java heap.
     *
     * @param size such as {@code 4g}
     * @return this
     */
    public SubmitCall memoryOverhead(String size) {
        conf.put(OVERHEAD, size(size, "--memory-overhead"));
        return this;
    }

    /**
     * Adds an option of Spark.
     *
     * @param setting {@code KEY=VALUE}
     * @return this
     */
    public SubmitCall conf(String setting) {
        int equals = setting.indexOf('=');
        InvalidInputException.require(
                equals > 0, () -> "--conf is \"" + setting + "\", expected KEY=VALUE such as spark.ui.port=4050");
        String key = setting.substring(0, equals);
        InvalidInputException.require(
                !key.equals(TASK_CPUS),
                () -> "--conf sets " + TASK_CPUS
                        + ", expected --threads, which sets it with the threads of the engine");
        conf.put(key, setting.substring(equals + 1));
        return this;
    }

    /**
     * Adds jars to the class path of driver and executors.
     *
     * @param jars paths or URIs
     * @return this
     */
    public SubmitCall jars(List<String> jars) {
        userJars.addAll(jars);
        return this;
    }

    /**
     * Adds Maven artifacts, with their dependencies, to the class path of driver and executors.
     *
     * @param coordinates such as {@code org.apache.hadoop:hadoop-aws:3.4.2}
     * @return this
     */
    public SubmitCall packages(List<String> coordinates) {
        for (String coordinate : coordinates) {
            InvalidInputException.require(
                    coordinate.split(":", -1).length == 3,
                    () -> "--packages has \"" + coordinate + "\", expected GROUP:ARTIFACT:VERSION");
        }
        packages.addAll(coordinates);
        return this;
    }

    private static String size(String size, String option) {
        InvalidInputException.require(
                SIZE.matcher(size).matches(),
                () -> option + " is \"" + size + "\", expected a size such as 4g or 512m");
        return size;
    }

    private boolean isLocal() {
        return master.kind() == Kind.LOCAL;
    }

    /**
     * Returns the call for a command.
     *
     * @param jars the jars of Assay
     * @param arguments the command with its options
     * @return the words of the command line
     * @throws InvalidInputException if the cores do not suffice for the threads of a task
     */
    public List<String> words(ApplicationJars jars, List<String> arguments) {
        requireCores();
        Map<String, String> settings = settings();
        List<String> words = new ArrayList<>(home.submit(driverOptions(settings)));
        words.addAll(List.of("--master", master.url(), "--name", name, "--class", MAIN_CLASS));
        if (!isLocal()) {
            words.addAll(List.of("--deploy-mode", deployMode));
        }
        if (driverMemory != null) {
            words.addAll(List.of("--driver-memory", driverMemory));
        }
        if (executorMemory != null && !isLocal()) {
            words.addAll(List.of("--executor-memory", executorMemory));
        }
        if (executorCores != null && !isLocal()) {
            words.addAll(List.of("--executor-cores", executorCores.toString()));
        }
        if (executors != null && master.kind() != Kind.STANDALONE) {
            words.addAll(List.of("--num-executors", executors.toString()));
        }
        settings.forEach((key, value) -> words.addAll(List.of("--conf", key + "=" + value)));
        List<String> all = new ArrayList<>(jars.others());
        all.addAll(userJars);
        if (!all.isEmpty()) {
            words.addAll(List.of("--jars", String.join(",", all)));
        }
        if (!packages.isEmpty()) {
            words.addAll(List.of("--packages", String.join(",", packages)));
        }
        words.add(jars.main());
        words.addAll(arguments);
        return words;
    }

    private List<String> driverOptions(Map<String, String> settings) {
        List<String> options = new ArrayList<>(List.of(settings.get(DRIVER_JAVA).split(" ")));
        if (driverMemory != null) {
            options.add("-Xmx" + driverMemory.replaceFirst("[bB]$", ""));
        }
        return options;
    }

    private void requireCores() {
        InvalidInputException.require(
                executorCores == null || executorCores >= threads,
                () -> "--executor-cores is " + executorCores + " with --threads " + threads
                        + ", expected at least as many cores as a task has threads");
        InvalidInputException.require(
                executors == null || master.kind() != Kind.STANDALONE || executorCores != null,
                "--executors is given without --executor-cores, expected both on a standalone cluster");
        InvalidInputException.require(
                !isLocal() || master.localCores() == 0 || master.localCores() >= threads,
                () -> "--master is " + master.url() + " with --threads " + threads
                        + ", expected local[N] with N of at least " + threads);
    }

    /** Returns the options of Spark. Those of the user replace those of Assay, except that Java options are joined. */
    private Map<String, String> settings() {
        Map<String, String> all = new TreeMap<>();
        all.put(TASK_CPUS, Integer.toString(threads));
        all.put("spark.speculation", "false");
        if (executors != null && master.kind() == Kind.STANDALONE) {
            all.put("spark.cores.max", Integer.toString(executors * executorCores));
        }
        if (!isLocal()) {
            engine().forEach((key, value) -> all.put("spark.executorEnv." + key, value));
            if (overhead > 0) {
                all.put(OVERHEAD, overhead + "m");
            }
        }
        String java =
                "--enable-native-access=ALL-UNNAMED -Dai.djl.offline=true -Dai.djl.pytorch.num_threads=" + threads;
        for (String key : List.of(DRIVER_JAVA, "spark.executor.extraJavaOptions")) {
            all.put(key, conf.containsKey(key) ? java + " " + conf.get(key) : java);
        }
        conf.forEach((key, value) -> all.merge(key, value, (ours, given) -> ours.endsWith(given) ? ours : given));
        return all;
    }

    /** Variables that native libraries read when they are loaded. */
    private Map<String, String> engine() {
        return Map.of(
                "OMP_NUM_THREADS", Integer.toString(threads), "OMP_WAIT_POLICY", "PASSIVE", "GLIBC_TUNABLES", MALLOC);
    }

    /**
     * Returns the environment variables of the submitting process. In client mode it is also the driver.
     *
     * @return the variables to set
     */
    public Map<String, String> environment() {
        Map<String, String> variables = new TreeMap<>(home.environment());
        variables.putAll(engine());
        return variables;
    }

    /**
     * Returns the call as a line for a shell.
     *
     * @param words the words
     * @return the line with the variables of {@link #environment()} in front
     */
    public String line(List<String> words) {
        String variables = environment().entrySet().stream()
                .map(variable -> variable.getKey() + "=" + quoted(variable.getValue()))
                .collect(Collectors.joining(" "));
        return variables + " " + words.stream().map(SubmitCall::quoted).collect(Collectors.joining(" "));
    }

    private static String quoted(String word) {
        return PLAIN.matcher(word).matches() ? word : "'" + word.replace("'", "'\\''") + "'";
    }

    /**
     * Runs the call with the input and output of this process and waits for its end.
     *
     * @param words the words
     * @return the exit code
     * @throws IOException if the process cannot be started
     */
    public int run(List<String> words) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(words).inheritIO();
        builder.environment().putAll(environment());
        Process process = builder.start();
        Thread stop = new Thread(process::destroy, "assay-submit");
        Runtime.getRuntime().addShutdownHook(stop);
        try {
            return process.waitFor();
        } catch (InterruptedException interrupted) {
            process.destroy();
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while spark-submit ran", interrupted);
        } finally {
            removeHook(stop);
        }
    }

    private static void removeHook(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException ending) {
            // The process ends already and the hook runs.
        }
    }
}
