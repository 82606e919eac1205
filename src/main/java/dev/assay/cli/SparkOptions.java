package dev.assay.cli;

import dev.assay.run.RunDescription;
import dev.assay.run.RunLayout;
import dev.assay.spark.submit.ApplicationJars;
import dev.assay.spark.submit.MemoryOverhead;
import dev.assay.spark.submit.SparkHome;
import dev.assay.spark.submit.SubmitCall;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The cluster and its resources: options shared by the commands {@code assay spark}, as {@code spark-submit} names them. */
final class SparkOptions {
    /** Describes the parameter that names a dictionary. */
    static final String DICTIONARY =
            "a dictionary: a folder that all machines share, the URI of a folder on a Hadoop file system, or org/name/folder on the hub";
    /** The mixin's name in the commands. */
    static final String MIXIN = "cluster";

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(
            names = "--master",
            paramLabel = "URL",
            description = "cluster manager: local[N], spark://HOST:PORT, yarn or k8s://https://HOST:PORT")
    private String master;

    @Option(
            names = "--deploy-mode",
            paramLabel = "MODE",
            defaultValue = "client",
            description = "where the driver runs: client (this machine) or cluster (default ${DEFAULT-VALUE})")
    private String deployMode;

    @Option(
            names = "--spark-home",
            paramLabel = "DIR",
            description = "installation of Spark 4 (default: SPARK_HOME, or that of spark-submit on the PATH)")
    private Path sparkHome;

    @Option(
            names = "--executors",
            paramLabel = "N",
            description = "number of executors (default: that of the cluster manager)")
    private Integer executors;

    @Option(
            names = "--executor-cores",
            paramLabel = "N",
            description =
                    "cores per executor; tasks at a time are cores divided by --threads (default: that of the cluster manager)")
    private Integer executorCores;

    @Option(
            names = "--executor-memory",
            paramLabel = "SIZE",
            description = "Java heap of an executor, such as 4g (default: that of Spark)")
    private String executorMemory;

    @Option(
            names = "--memory-overhead",
            paramLabel = "SIZE",
            description =
                    "native memory of an executor (default: 1 GiB plus 1.5 times the weights of model and dictionary)")
    private String memoryOverhead;

    @Option(
            names = "--driver-memory",
            paramLabel = "SIZE",
            description = "Java heap of the driver, such as 4g (default: that of Spark)")
    private String driverMemory;

    @Option(
            names = "--threads",
            paramLabel = "N",
            defaultValue = "1",
            description =
                    "threads per operation of a task; results are bit-identical to those of a single machine with as many"
                            + " --threads (default ${DEFAULT-VALUE})")
    private int threads;

    @Option(names = "--conf", paramLabel = "KEY=VALUE", description = "option of Spark; may be repeated")
    private List<String> conf = List.of();

    @Option(names = "--jars", paramLabel = "JARS", split = ",", description = "additional jars, separated by commas")
    private List<String> jars = List.of();

    @Option(
            names = "--packages",
            paramLabel = "ARTIFACTS",
            split = ",",
            description = "additional Maven artifacts GROUP:ARTIFACT:VERSION, separated by commas")
    private List<String> packages = List.of();

    @Option(
            names = "--installed",
            paramLabel = "DIR",
            description =
                    "folder with the jars of Assay at the same path on every machine (default: copy the jars to the executors)")
    private Path installed;

    @Option(
            names = "--name",
            paramLabel = "NAME",
            description = "name of the application (default: assay and the command)")
    private String name;

    @Option(names = "--print", description = "print the call of spark-submit instead of running it")
    private boolean print;

    /** Returns the number of threads per operation of a task. */
    int threads() {
        return threads;
    }

    /**
     * Submits a command on a dictionary, or prints the call.
     *
     * @param dictionary the name of the dictionary
     * @param source its options
     * @return the exit code of {@code spark-submit}
     */
    int submit(String dictionary, LoaderOptions source) throws IOException {
        Path description = Path.of(dictionary).resolve(RunLayout.DESCRIPTION);
        String trained = Files.isRegularFile(description)
                ? RunDescription.read(Path.of(dictionary)).model()
                : dictionary;
        return submit(List.of(source.modelOr(trained), dictionary), List.of());
    }

    /**
     * Submits the command of the command line, or prints the call.
     *
     * @param weights the names of the model and the dictionary, whose weights an executor holds
     * @param driverArguments further arguments for the driver
     * @return the exit code of {@code spark-submit}
     */
    int submit(List<String> weights, List<String> driverArguments) throws IOException {
        if (master == null) {
            throw new ParameterException(
                    spec.commandLine(),
                    "Missing required option: '--master=URL', such as local[2], spark://HOST:PORT or yarn");
        }
        SparkHome home = sparkHome == null ? SparkHome.find(System.getenv()) : SparkHome.at(sparkHome);
        SubmitCall call = call(home);
        if (memoryOverhead == null) {
            long bytes = 0;
            for (String held : weights) {
                bytes += MemoryOverhead.weights(held);
            }
            call.memoryOverhead(MemoryOverhead.mebibytes(bytes));
        }
        Path packed = Path.of(System.getProperty("java.io.tmpdir"), "assay-spark");
        ApplicationJars application = installed == null
                ? ApplicationJars.ofClassPath(System.getProperty("java.class.path"), home, packed)
                : ApplicationJars.installed(installed, home);
        List<String> arguments = arguments();
        arguments.addAll(driverArguments);
        boolean onnx = weights.stream().anyMatch(held -> held.endsWith(".onnx"));
        List<String> words = call.words(application.withoutUnused(onnx), arguments);
        if (print) {
            PrintWriter out = spec.commandLine().getOut();
            out.println(call.line(words));
            out.flush();
            return 0;
        }
        return call.run(words);
    }

    private SubmitCall call(SparkHome home) {
        SubmitCall call = SubmitCall.of(home, master)
                .deployMode(deployMode)
                .name(name == null ? "assay " + spec.name() : name)
                .threads(threads)
                .jars(jars)
                .packages(packages);
        if (executors != null) {
            call.executors(executors);
        }
        if (executorCores != null) {
            call.executorCores(executorCores);
        }
        if (executorMemory != null) {
            call.executorMemory(executorMemory);
        }
        if (driverMemory != null) {
            call.driverMemory(driverMemory);
        }
        conf.forEach(call::conf);
        if (memoryOverhead != null) {
            call.memoryOverhead(memoryOverhead);
        }
        return call;
    }

    /** Returns the command with its options, without those of this class except the number of threads. */
    private List<String> arguments() {
        Set<String> own = spec.mixins().get(MIXIN).options().stream()
                .map(OptionSpec::longestName)
                .collect(Collectors.toSet());
        List<String> original = spec.root().commandLine().getParseResult().originalArgs();
        List<String> kept = new ArrayList<>(List.of(spec.name()));
        // The words before the name of the command are those of its parents.
        for (int i = original.indexOf(spec.name()) + 1; i < original.size(); i++) {
            String word = original.get(i);
            if (!own.contains(word.split("=", 2)[0])) {
                kept.add(word);
            } else if (!word.contains("=") && spec.findOption(word).arity().min() > 0) {
                i++;
            }
        }
        kept.addAll(List.of("--threads", Integer.toString(threads)));
        return kept;
    }
}
