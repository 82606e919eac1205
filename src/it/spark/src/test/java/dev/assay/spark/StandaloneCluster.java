package dev.assay.spark;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;

/** A cluster of one master and two workers of one core each, on the loopback address, made of the jars of the class path. */
final class StandaloneCluster implements AutoCloseable {
    private static final String OPENS =
            "java.base/java.lang,java.base/java.lang.invoke,java.base/java.io,java.base/java.net,"
                    + "java.base/java.nio,java.base/java.util,java.base/java.util.concurrent,java.base/sun.nio.ch,"
                    + "java.base/sun.nio.cs,java.base/sun.security.action,java.base/sun.util.calendar";
    private static final int WORKERS = 2;
    private static final long START_SECONDS = 600;

    private final Path folder;
    private final Path home;
    private final Path logging;
    private final List<Process> processes = new ArrayList<>();
    private final String url;

    /** Starts the processes. Everything they write is below the folder. */
    StandaloneCluster(Path folder) throws IOException, InterruptedException {
        this.folder = folder;
        this.home = folder.resolve("home");
        Files.createDirectories(home.resolve("jars"));
        Files.createDirectories(folder.resolve("tmp"));
        // The states of master and workers are in messages of the level "info".
        this.logging = Files.writeString(folder.resolve("logging.properties"), """
                rootLogger.level = info
                rootLogger.appenderRef.console.ref = console
                appender.console.type = Console
                appender.console.name = console
                appender.console.layout.type = PatternLayout
                appender.console.layout.pattern = %d{HH:mm:ss} %p %c{1}: %m%n%ex
                """);
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            Path path = Path.of(entry).toAbsolutePath();
            if (Files.isDirectory(path)) {
                pack(path, home.resolve("jars/classes-" + Math.abs(path.hashCode()) + ".jar"));
            } else if (Files.exists(path) && !path.getFileName().toString().startsWith("junit")) {
                Files.createSymbolicLink(home.resolve("jars").resolve(path.getFileName()), path);
            }
        }
        int port = freePort();
        url = "spark://127.0.0.1:" + port;
        try {
            processes.add(start(
                    "master",
                    List.of(
                            "org.apache.spark.deploy.master.Master",
                            "--host",
                            "127.0.0.1",
                            "--port",
                            "" + port,
                            "--webui-port",
                            "0")));
            await("master", "New state: ALIVE");
            for (int worker = 0; worker < WORKERS; worker++) {
                processes.add(start(
                        "worker-" + worker,
                        List.of(
                                "org.apache.spark.deploy.worker.Worker",
                                "--host",
                                "127.0.0.1",
                                "--webui-port",
                                "0",
                                "--cores",
                                "1",
                                "--memory",
                                "1g",
                                "-d",
                                folder.resolve("work-" + worker).toString(),
                                url)));
            }
            for (int worker = 0; worker < WORKERS; worker++) {
                await("worker-" + worker, "Successfully registered with master");
            }
        } catch (IOException | InterruptedException | RuntimeException failure) {
            close();
            throw failure;
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static void pack(Path classes, Path jar) throws IOException {
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar));
                Stream<Path> files = Files.walk(classes)) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                out.putNextEntry(
                        new JarEntry(classes.relativize(file).toString().replace(File.separatorChar, '/')));
                Files.copy(file, out);
            }
        }
    }

    /**
     * Submits an application and waits for its end.
     *
     * @param seconds the longest time
     * @return the exit code
     */
    int submit(Class<?> main, List<String> configuration, List<String> arguments, long seconds)
            throws IOException, InterruptedException {
        List<String> call = new ArrayList<>(List.of("org.apache.spark.deploy.SparkSubmit", "--master", url));
        call.addAll(List.of("--class", main.getName(), "--executor-memory", "1g", "--driver-memory", "1g"));
        List<String> all = new ArrayList<>(List.of(
                "spark.driver.host=127.0.0.1",
                "spark.driver.bindAddress=127.0.0.1",
                "spark.ui.enabled=false",
                "spark.executorEnv.OMP_WAIT_POLICY=PASSIVE",
                "spark.executor.extraJavaOptions=-XX:TieredStopAtLevel=1",
                "spark.driver.extraJavaOptions=-XX:TieredStopAtLevel=1"));
        all.addAll(configuration);
        all.forEach(setting -> call.addAll(List.of("--conf", setting)));
        // The classes of the application are among the jars of the installation.
        try (Stream<Path> jars = Files.list(home.resolve("jars"))) {
            call.add(jars.filter(jar -> jar.getFileName().toString().startsWith("classes-"))
                    .findFirst()
                    .orElseThrow()
                    .toString());
        }
        call.addAll(arguments);
        Process application = start("application", call);
        processes.add(application);
        if (!application.waitFor(seconds, TimeUnit.SECONDS)) {
            application.destroyForcibly();
            throw new IllegalStateException("the application did not end; its output: " + log("application"));
        }
        return application.exitValue();
    }

    private Process start(String name, List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:TieredStopAtLevel=1"));
        for (String opened : OPENS.split(",")) {
            command.add("--add-opens=" + opened + "=ALL-UNNAMED");
        }
        command.addAll(List.of("-Dlog4j2.configurationFile=" + logging, "-cp", home.resolve("jars") + "/*"));
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve(name + ".log").toFile());
        builder.environment().put("SPARK_HOME", home.toString());
        builder.environment().put("SPARK_SCALA_VERSION", "2.13");
        builder.environment().put("SPARK_LOCAL_IP", "127.0.0.1");
        builder.environment().put("SPARK_LOCAL_DIRS", folder.resolve("tmp").toString());
        builder.environment().put("OMP_WAIT_POLICY", "PASSIVE");
        return builder.start();
    }

    /** Returns the output of a process. */
    String log(String name) throws IOException {
        return Files.readString(folder.resolve(name + ".log"));
    }

    private void await(String name, String text) throws IOException, InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
        while (!log(name).contains(text)) {
            if (System.nanoTime() > end || processes.stream().anyMatch(process -> !process.isAlive())) {
                throw new IllegalStateException(name + " did not start; its output: " + log(name));
            }
            Thread.sleep(100);
        }
    }

    @Override
    public void close() throws IOException {
        stop();
        // JUnit warns about links out of a temporary folder.
        try (Stream<Path> jars = Files.list(home.resolve("jars"))) {
            for (Path jar : jars.filter(Files::isSymbolicLink).toList()) {
                Files.delete(jar);
            }
        }
    }

    private void stop() {
        for (Process process : processes) {
            List<ProcessHandle> executors = process.descendants().toList();
            process.destroy();
            executors.forEach(ProcessHandle::destroyForcibly);
        }
        for (Process process : processes) {
            try {
                if (!process.waitFor(20, TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                }
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                process.destroyForcibly();
            }
        }
    }
}
