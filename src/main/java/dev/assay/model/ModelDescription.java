package dev.assay.model;

import dev.assay.hub.HubSelection;
import dev.assay.io.JsonObject;
import dev.assay.model.config.TransformerConfig;
import dev.assay.model.hook.HookPointCatalog;
import dev.assay.model.hook.SiteDescription;
import dev.assay.model.internal.network.Parameters;
import dev.assay.view.Displayable;
import dev.assay.view.Html;
import dev.assay.view.HtmlSection;
import dev.assay.view.Table;
import dev.assay.view.Table.Cell;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * What a model is made of, known without running it.
 *
 * @param name the name or folder it is loaded by
 * @param config its sizes
 * @param parameters the number of its weights; a tied unembedding counts once
 * @param sites every site, in the order of computation
 */
public record ModelDescription(String name, TransformerConfig config, long parameters, List<SiteDescription> sites)
        implements Displayable {
    private static final String CONFIG = "config.json";

    /** Keeps the list from changing. */
    public ModelDescription {
        sites = List.copyOf(sites);
    }

    /** Describes a model of a configuration. */
    static ModelDescription of(String name, TransformerConfig config) {
        HookPointCatalog sites = new HookPointCatalog(config);
        List<SiteDescription> described = sites.all().stream()
                .map(point -> SiteDescription.of(point, sites.shape(point)))
                .toList();
        long parameters = Parameters.shapes(config).values().stream()
                .mapToLong(shape -> shape.size())
                .sum();
        return new ModelDescription(name, config, parameters, described);
    }

    /**
     * Describes a model that is not loaded: only its {@code config.json} is read.
     *
     * @param nameOrFolder a folder of Hugging Face; or {@code org/name} or {@code org/name@revision} of its hub, of which no other file
     *     is downloaded; or {@code assay/stories} for the model that comes with Assay
     * @return what it is made of
     * @throws dev.assay.InvalidInputException when the configuration is missing or unusable
     * @throws IOException when reading fails
     */
    public static ModelDescription read(String nameOrFolder) throws IOException {
        return EmbeddedModel.isName(nameOrFolder)
                ? EmbeddedModel.read(nameOrFolder, ModelDescription::read)
                : read(ModelLocation.resolve(nameOrFolder, HubSelection.file(CONFIG)), nameOrFolder);
    }

    private static ModelDescription read(Path folder, String name) throws IOException {
        return of(name, ModelReader.config(JsonObject.read(folder.resolve(CONFIG))));
    }

    @Override
    public String toHtml() {
        Table about = Table.of(name)
                .words("family", "sizes")
                .numbers("parameters")
                .row(Cell.text(config.family()), Cell.text(config.sizes()), Cell.count(parameters));
        return HtmlSection.of(about, siteTable().folded()).toHtml();
    }

    /** Returns the sizes and a table of the sites in plain text. */
    @Override
    public String toString() {
        return String.format(
                        Locale.ROOT,
                        "%s: %s, %,d parameters%n%s%n%n",
                        name,
                        config.family(),
                        parameters,
                        config.sizes())
                + siteTable().toText("", "");
    }

    private Table siteTable() {
        Table table = Table.of(Html.count(sites.size()) + " sites").words("site", "shape");
        sites.forEach(site -> table.row(Cell.token(site.point().name()), Cell.text(site.shape())));
        return table;
    }
}
