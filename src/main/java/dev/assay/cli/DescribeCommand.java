package dev.assay.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.io.Json;
import dev.assay.model.ModelDescription;
import dev.assay.model.config.TransformerConfig;
import dev.assay.model.hook.SiteDescription;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code assay describe}: lists the sites and sizes of a model without loading its weights. */
@Command(
        name = "describe",
        description = "Lists the sites of a model and their shapes; reads or downloads its config.json only.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class DescribeCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(
            paramLabel = "MODEL",
            description = "folder of a Hugging Face model, hub name org/name[@revision], or assay/stories")
    private String model;

    @Option(names = "--json", description = "print one JSON object")
    private boolean json;

    @Override
    public Integer call() throws IOException {
        ModelDescription description = ModelDescription.read(model);
        PrintWriter out = spec.commandLine().getOut();
        out.print(json ? Json.pretty(json(description)) : description);
        out.flush();
        return 0;
    }

    private static ObjectNode json(ModelDescription description) {
        TransformerConfig config = description.config();
        ObjectNode json = Json.mapper().createObjectNode();
        json.put("name", description.name());
        json.put("family", config.family());
        json.put("parameters", description.parameters());
        json.put("layers", config.layers());
        json.put("d_model", config.dModel());
        json.put("heads", config.heads());
        json.put("key_value_heads", config.keyValueHeads());
        json.put("d_head", config.dHead());
        json.put("d_mlp", config.dMlp());
        json.put("vocabulary", config.vocabularySize());
        json.put("context", config.contextLength());
        ArrayNode sites = json.putArray("sites");
        for (SiteDescription site : description.sites()) {
            ObjectNode entry = sites.addObject().put("name", site.point().name());
            ArrayNode shape = entry.putArray("shape");
            for (String axis : site.axes()) {
                if (Character.isDigit(axis.charAt(0))) {
                    shape.add(Integer.parseInt(axis));
                } else {
                    shape.add(axis);
                }
            }
        }
        return json;
    }
}
