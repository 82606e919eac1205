/** Controls of concept scores that train a dictionary of their own. */
package dev.assay.evaluate.control;
