package dev.assay.cli;

import dev.assay.run.Run;
import dev.assay.serve.FeatureServer;
import dev.assay.serve.ListeningPort;
import dev.assay.serve.RunningServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code assay serve}: serves the page of a dictionary with a prompt box that runs the model. */
@Command(
        name = "serve",
        description = "Serves the page of a dictionary, with a prompt box that runs the model, until interrupted.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class ServeCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(
            paramLabel = "DIR",
            description = DictionaryOptions.DIR + "; its feature store is collected by assay inspect, or on --text")
    private String name;

    @Option(
            names = "--port",
            paramLabel = "N",
            defaultValue = "" + FeatureServer.PORT,
            description = "port; 0 for any free one (default ${DEFAULT-VALUE})")
    private int port;

    @Option(
            names = "--bind",
            paramLabel = "ADDRESS",
            description =
                    "address to listen on (default: the loopback interface, reachable from this machine only; there is no"
                            + " password, so on another address every client can run the model)")
    private String address;

    @Mixin
    private DictionaryOptions options;

    @Override
    public Integer call() throws IOException, InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        // The port comes first, so that a port in use is reported before the model is loaded.
        try (ListeningPort place = address == null ? ListeningPort.open(port) : ListeningPort.open(address, port);
                Run run = options.open(name)) {
            options.reportStoreDifferences(run);
            run.storedFeatures();
            FeatureServer settings = FeatureServer.of(run.inspector())
                    .dashboard(run.dashboard())
                    .on(place)
                    .failures(failure -> failure.printStackTrace(err));
            try (RunningServer server = settings.start()) {
                Runtime.getRuntime().addShutdownHook(new Thread(server::close, "assay-serve-end"));
                out.println("serving " + name + " at " + server.address() + " (Ctrl+C ends it)");
                out.flush();
                server.await();
            }
        }
        return 0;
    }
}
