"""A stand-in for VNPAY on one machine: a pay page, notifications with retries, inquiries.

It speaks protocol 2.1.0 with code of its own, so that a fault in the adapter does not hide behind
the same fault here. No money moves. Never for production.
"""
