"""The workbook of a run: live formulas from inputs and drivers to the NPV, for people who audit in a spreadsheet."""
