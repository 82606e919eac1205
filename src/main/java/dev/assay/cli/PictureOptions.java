package dev.assay.cli;

import dev.assay.view.Picture;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** The file and the resolution of a picture. */
final class PictureOptions {
    @Option(names = "--out", paramLabel = "FILE", description = "PNG file (default: in the folder of the data)")
    private Path out;

    @Option(
            names = "--resolution",
            paramLabel = "N",
            defaultValue = "" + Picture.RESOLUTION,
            description = "pixels per point, at 96 points per inch (default ${DEFAULT-VALUE})")
    private int resolution;

    /** Writes a picture and reports its file. */
    void write(Picture picture, Path usual, CommandSpec spec) throws IOException {
        Path file = out == null ? usual : out;
        picture.resolution(resolution).writePng(file);
        PrintWriter print = spec.commandLine().getOut();
        print.println("picture: " + file);
        print.flush();
    }
}
