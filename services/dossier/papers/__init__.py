"""The official papers of a dossier (domain: TT 03/2025/TT-VPCP): from its events to PDF."""
