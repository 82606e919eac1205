package dev.assay.cli;

import dev.assay.serve.FeatureServer;
import dev.assay.serve.ListeningPort;
import dev.assay.serve.RunningServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code assay serve}: the page about a dictionary, with a box for prompts that runs the model. */
@Command(
        name = "serve",
        description =
                "Serves the page about a dictionary, with a box for prompts that runs the model, until interrupted.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class ServeCommand implements Callable<Integer> {
    /** The JDK's server closes the connections of those who take longer to send a request, in seconds; it reads this once. */
    private static final String LONGEST_REQUEST = "sun.net.httpserver.maxReqTime";

    @Spec
    private CommandSpec spec;

    @Parameters(
            paramLabel = "DIR",
            description = "a dictionary's folder with a feature store (assay inspect collects it)")
    private Path folder;

    @Option(
            names = "--port",
            paramLabel = "N",
            defaultValue = "" + FeatureServer.PORT,
            description = "the port, 0 for any that is free (default ${DEFAULT-VALUE})")
    private int port;

    @Option(
            names = "--bind",
            paramLabel = "ADDRESS",
            description =
                    "where to listen (default: the loopback interface, which only this machine reaches; there is no"
                            + " password, so that whoever reaches another address may run the model)")
    private String address;

    @Mixin
    private ModelOptions options;

    @Override
    public Integer call() throws IOException, InterruptedException {
        System.getProperties().putIfAbsent(LONGEST_REQUEST, "30");
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        // The port comes first: that it is in use should not take the loading of a model to find out.
        try (ListeningPort place = address == null ? ListeningPort.open(port) : ListeningPort.open(address, port);
                OpenedDictionary dictionary = OpenedDictionary.open(folder, options)) {
            FeatureServer settings = FeatureServer.of(dictionary.inspector())
                    .dashboard(dictionary.dashboard())
                    .on(place)
                    .failures(failure -> failure.printStackTrace(err));
            try (RunningServer server = settings.start()) {
                Runtime.getRuntime().addShutdownHook(new Thread(server::close, "assay-serve-end"));
                out.println("serving " + folder + " at " + server.address() + " (Ctrl+C ends it)");
                out.flush();
                server.await();
            }
        }
        return 0;
    }
}
