package dev.assay.view;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.Color;
import java.awt.LinearGradientPaint;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.knowm.xchart.HeatMapChartBuilder;
import org.w3c.dom.Document;

class SvgDocumentTest {
    private static Document parse(String text) throws Exception {
        return DocumentBuilderFactory.newNSInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void gradientsKeepTheirColoursAndTextsBecomeOutlines() throws Exception {
        SvgDocument document = new SvgDocument(100, 50, "a scale < 1");
        document.graphics()
                .setPaint(new LinearGradientPaint(
                        0, 0, 100, 0, new float[] {0, 0.25f, 1}, new Color[] {Color.RED, Color.GREEN, Color.BLUE}));
        document.graphics().fillRect(0, 0, 100, 20);
        document.graphics().setPaint(Color.BLACK);
        document.graphics().drawString("label", 10, 40);
        document.graphics().drawImage(new BufferedImage(2, 2, BufferedImage.TYPE_INT_RGB), 0, 0, null);

        String text = document.text();
        Document svg = parse(text);

        assertEquals("a scale < 1", svg.getElementsByTagName("title").item(0).getTextContent());
        assertEquals("0 0 100 50", svg.getDocumentElement().getAttribute("viewBox"));
        assertEquals(3, svg.getElementsByTagName("stop").getLength());
        assertTrue(text.contains("#00ff00"));
        assertEquals(0, svg.getElementsByTagName("text").getLength());
        assertTrue(text.contains("data:image/png;base64,"));
    }

    @Test
    void chartIsWrittenAsOneFileWithoutReferences(@TempDir Path folder) throws Exception {
        var chart = new HeatMapChartBuilder().width(300).height(200).build();
        chart.addSeries("share", new int[] {1, 2}, new int[] {1, 2}, new int[][] {{1, 2}, {3, 4}});

        Picture.of(chart, "shares").writeSvg(folder.resolve("shares.svg"));

        String text = Files.readString(folder.resolve("shares.svg"));
        parse(text);
        assertFalse(text.contains("href=\"http"));
        assertEquals(List.of("shares.svg"), List.of(folder.toFile().list()));
    }
}
