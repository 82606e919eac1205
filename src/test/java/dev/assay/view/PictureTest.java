package dev.assay.view;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.InvalidInputException;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.knowm.xchart.XYChart;

class PictureTest {
    @TempDir
    private Path folder;

    private static XYChart chart() {
        XYChart chart = PictureStyle.chart(300, 200, "Title", "across", "upwards");
        PictureStyle.histogram(chart, "bars", new double[] {0, 1, 2}, new double[] {3, 5});
        return chart;
    }

    @Test
    void paintsTwoPixelsPerPointByDefault() throws IOException {
        Picture picture = Picture.of(chart(), "two bars");
        assertEquals(600, picture.image().getWidth());
        assertEquals(400, picture.image().getHeight());
        assertEquals(900, picture.resolution(3).image().getWidth());
        Path file = folder.resolve("new/picture.png");
        picture.resolution(1).writePng(file);
        BufferedImage read = ImageIO.read(file.toFile());
        assertEquals(300, read.getWidth());
        assertEquals(Color.WHITE.getRGB(), read.getRGB(1, 1), "light paper");
        for (int wrong : new int[] {0, -1, 17}) {
            assertThrows(InvalidInputException.class, () -> picture.resolution(wrong));
        }
    }

    @Test
    void fileStatesThePixelSize() throws IOException {
        Path file = folder.resolve("picture.png");
        Picture.of(chart(), "two bars").writePng(file);
        byte[] bytes = Files.readAllBytes(file);
        int at = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("pHYs");
        assertTrue(at > 0);
        // 192 dots per inch are 7559 per metre.
        assertEquals(7559, ByteBuffer.wrap(bytes).getInt(at + 4));
        assertEquals(7559, ByteBuffer.wrap(bytes).getInt(at + 8));
        assertEquals(1, bytes[at + 12]);
    }

    @Test
    void writesAtomically() throws IOException {
        Path file = folder.resolve("picture.png");
        Files.writeString(file, "before");
        Picture.of(chart(), "two bars").writePng(file);
        assertEquals(600, ImageIO.read(file.toFile()).getWidth());
        Path taken = Files.createDirectories(folder.resolve("taken.png/inside")).getParent();
        assertThrows(
                FileSystemException.class, () -> Picture.of(chart(), "two bars").writePng(taken));
        try (var left = Files.list(folder)) {
            assertEquals(2, left.count(), "no temporary file is left");
        }
    }

    @Test
    void htmlIsOneImageWithEmbeddedFile() throws IOException {
        String html = Picture.of(chart(), "a \"<b>\" & more").toHtml();
        assertTrue(
                html.matches("<img alt=\"a &quot;&lt;b&gt;&quot; &amp; more\" width=\"300\" style=\"[^\"<>]+\""
                        + " src=\"data:image/png;base64,[A-Za-z0-9+/=]+\">"),
                html.substring(0, 200));
        byte[] png = Base64.getDecoder().decode(html.substring(html.indexOf("base64,") + 7, html.length() - 2));
        assertEquals(600, ImageIO.read(new ByteArrayInputStream(png)).getWidth());
    }

    @Test
    void arrangesChartsInRows() {
        Picture three = Picture.of(List.of(chart(), chart(), chart()), 2, List.of(), "three charts")
                .resolution(1);
        assertEquals(600, three.image().getWidth());
        assertEquals(400, three.image().getHeight());
        BufferedImage image = three.image();
        assertSame(image.getSubimage(0, 0, 300, 200), image.getSubimage(300, 0, 300, 200));
        assertSame(image.getSubimage(0, 0, 300, 200), image.getSubimage(0, 200, 300, 200));
        assertEquals(Color.WHITE.getRGB(), image.getRGB(450, 320), "the fourth place is empty");
        assertEquals(
                300,
                Picture.of(List.of(chart()), 2, List.of(), "one")
                        .resolution(1)
                        .image()
                        .getWidth());
    }

    @Test
    void wrapsTheLegendIntoRows() {
        int none = height(List.of());
        int one = height(List.of("short", "also short"));
        int two =
                height(List.of("a name that is rather long, as names are", "and another one that is as long as this"));
        assertEquals(200, none);
        assertTrue(one > none && two > one, one + " " + two);
        BufferedImage image = Picture.of(List.of(chart()), 1, List.of("short", "also short"), "")
                .resolution(1)
                .image();
        for (int i = 0; i < 2; i++) {
            assertTrue(holds(image.getSubimage(0, 0, 300, one - none), PictureStyle.series(i)), "line " + i);
        }
    }

    private static int height(List<String> legend) {
        return Picture.of(List.of(chart()), 1, legend, "").resolution(1).image().getHeight();
    }

    @Test
    void wrapsAnImage() {
        BufferedImage image = new BufferedImage(20, 10, BufferedImage.TYPE_INT_RGB);
        image.setRGB(3, 4, Color.RED.getRGB());
        Picture picture = Picture.of(image, "a dot");
        assertEquals("a dot", picture.description());
        assertSame(image, picture.image());
        assertEquals(40, picture.resolution(2).image().getWidth());
        assertNotEquals(Color.BLACK.getRGB(), picture.resolution(2).image().getRGB(7, 9));
    }

    @Test
    void labelsPowersOfTen() {
        XYChart chart = PictureStyle.chart(400, 300, "", "", "");
        PictureStyle.powersAcross(chart, -12, 3);
        var mark = chart.getStyler().getxAxisTickLabelsFormattingFunction();
        assertEquals("10⁻¹²", mark.apply(-12.0));
        assertEquals("10⁰", mark.apply(0.0));
        assertEquals("10³", mark.apply(3.0));
        assertEquals(" ", mark.apply(0.5));
    }

    private static void assertSame(BufferedImage expected, BufferedImage image) {
        for (int y = 0; y < expected.getHeight(); y++) {
            for (int x = 0; x < expected.getWidth(); x++) {
                assertEquals(expected.getRGB(x, y), image.getRGB(x, y), x + ", " + y);
            }
        }
    }

    private static boolean holds(BufferedImage image, Color color) {
        for (int y = 0; y < image.getHeight(); y++) {
            for (int x = 0; x < image.getWidth(); x++) {
                if (image.getRGB(x, y) == color.getRGB()) {
                    return true;
                }
            }
        }
        return false;
    }
}
